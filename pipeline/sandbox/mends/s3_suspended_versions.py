"""Gap: moto deletes all versions of an object whenever one is deleted while the versioning of its bucket is suspended.

Where one of them is a delete marker, it fails instead (an error 500): such a bucket can never be emptied.
https://github.com/getmoto/moto/blob/5.2.5/moto/s3/models.py (S3Backend.delete_object)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.s3.models import S3Backend

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

_SUSPENDED: Final = "Suspended"


def apply() -> None:
    """Delete from a suspended bucket what is named, and nothing else."""
    replace(S3Backend, "delete_object", _one_by_one)


def _one_by_one(original: Callable[..., Any]) -> Callable[..., Any]:
    def delete_object(backend: S3Backend, bucket_name: str, *arguments: Any, **named: Any) -> Any:
        bucket = backend.get_bucket(bucket_name)
        if bucket.versioning_status != _SUSPENDED:
            return original(backend, bucket_name, *arguments, **named)
        bucket.versioning_status = "Enabled"  # moto asks nothing else, and S3 treats both alike here
        try:
            return original(backend, bucket_name, *arguments, **named)
        finally:
            bucket.versioning_status = _SUSPENDED

    return delete_object
