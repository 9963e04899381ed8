"""Gap: moto keeps the tags of buckets, log groups, parameters and state machines that are deleted.

Whatever is made next under that name has them, and the search by tags finds what is long gone.

https://github.com/getmoto/moto/blob/5.2.5/moto/s3/models.py (S3Backend.delete_bucket)
https://github.com/getmoto/moto/blob/5.2.5/moto/logs/models.py (LogsBackend.delete_log_group)
https://github.com/getmoto/moto/blob/5.2.5/moto/ssm/models.py (delete_parameter: tags are under the name as given)
https://github.com/getmoto/moto/blob/5.2.5/moto/stepfunctions/models.py (StepFunctionBackend.delete_state_machine)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.logs.models import LogsBackend
from moto.s3.models import S3Backend
from moto.ssm.models import SimpleSystemManagerBackend
from moto.stepfunctions.models import StepFunctionBackend

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    Method = Callable[..., Any]


def apply() -> None:
    """Delete tags with what they are on."""
    replace(S3Backend, "delete_bucket", _with_bucket_tags)
    replace(LogsBackend, "delete_log_group", _with_group_tags)
    replace(StepFunctionBackend, "delete_state_machine", _with_machine_tags)
    replace(SimpleSystemManagerBackend, "delete_parameter", _with_parameter_tags)


def _with_bucket_tags(delete_bucket: Method) -> Method:
    def delete(backend: S3Backend, bucket_name: str) -> Any:
        bucket = delete_bucket(backend, bucket_name)
        if bucket is not None:  # moto's way to say that there is something in it
            backend.tagger.delete_all_tags_for_resource(bucket.arn)
        return bucket

    return delete


def _with_group_tags(delete_log_group: Method) -> Method:
    def delete(backend: LogsBackend, log_group_name: str) -> None:
        group = backend.groups.get(log_group_name)
        delete_log_group(backend, log_group_name)
        if group is not None:
            backend.tagger.delete_all_tags_for_resource(group.arn)

    return delete


def _with_machine_tags(delete_state_machine: Method) -> Method:
    def delete(backend: StepFunctionBackend, arn: str) -> None:
        delete_state_machine(backend, arn)
        backend.tagger.delete_all_tags_for_resource(arn)

    return delete


def _with_parameter_tags(delete_parameter: Method) -> Method:
    def delete(backend: Any, name: str) -> None:
        delete_parameter(backend, name)
        backend._resource_tags["Parameter"].pop(name, None)  # noqa: SLF001 - moto has no other way to them

    return delete
