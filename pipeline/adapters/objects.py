"""Objects in a bucket: read, written once, written against what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from pipeline.adapters.aws import error_code, translated
from pipeline.errors import AwsError, ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.client import S3Client


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object's content, and the tag that says which content it is."""

    content: bytes
    etag: str


class Bucket:
    """One bucket, by the verbs that the pipeline needs."""

    def __init__(self, client: S3Client, name: str) -> None:
        self._client = client
        self.name = name

    def read(self, key: str) -> StoredObject | None:
        """Read an object, if there is one."""
        with translated(f"bucket {self.name}"):
            try:
                answer = self._client.get_object(Bucket=self.name, Key=key)
            except ClientError as error:
                if error_code(error) == "NoSuchKey":
                    return None
                raise
            return StoredObject(content=answer["Body"].read(), etag=answer["ETag"])

    def write(self, key: str, content: bytes) -> None:
        """Write an object, over whatever was there."""
        with translated(f"bucket {self.name}"):
            self._client.put_object(Bucket=self.name, Key=key, Body=content)

    def write_once(self, key: str, content: bytes) -> bool:
        """Write an object that is not there yet; tells whether it was written."""
        with translated(f"bucket {self.name}"):
            try:
                self._client.put_object(Bucket=self.name, Key=key, Body=content, IfNoneMatch="*")
            except ClientError as error:
                if error_code(error) == "PreconditionFailed":
                    return False
                raise
            return True

    def replace(self, key: str, content: bytes, *, read: StoredObject | None) -> None:
        """Write an object over the content that was read (None: there was none).

        Raises ConflictError where somebody else wrote it since.
        """
        with translated(f"bucket {self.name}"):
            try:
                if read is None:
                    self._client.put_object(Bucket=self.name, Key=key, Body=content, IfNoneMatch="*")
                else:
                    self._client.put_object(Bucket=self.name, Key=key, Body=content, IfMatch=read.etag)
            except ClientError as error:
                if error_code(error) not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                    raise
                raise ConflictError(f"{self.name}/{key} was changed by somebody else", advice="try again") from error

    def delete(self, key: str) -> None:
        """Delete an object; one that is not there is fine."""
        with translated(f"bucket {self.name}"):
            self._client.delete_object(Bucket=self.name, Key=key)

    def erase(self, prefix: str) -> None:
        """Delete everything below a prefix, former versions too, so that nobody can bring it back."""
        for key in list(self.keys(prefix)):
            self.delete(key)
        for kind in ("Versions", "DeleteMarkers"):  # the markers last: without them, a former version is the newest
            for found in self._version_pages(prefix, kind):
                self._delete_versions(found)

    def _version_pages(self, prefix: str, kind: Literal["Versions", "DeleteMarkers"]) -> Iterator[list[Any]]:
        with translated(f"bucket {self.name}"):
            for page in self._client.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=prefix):
                yield [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in page.get(kind, [])]

    def _delete_versions(self, found: list[Any]) -> None:
        if not found:
            return
        with translated(f"bucket {self.name}"):
            answer = self._client.delete_objects(Bucket=self.name, Delete={"Objects": found, "Quiet": True})
        if refused := answer.get("Errors"):
            raise AwsError(
                f"{len(refused)} versions in bucket {self.name} are not deleted: {refused[0].get('Message')}",
                advice="the role needs s3:DeleteObjectVersion: pipeline management write, and apply it",
            )

    def folders(self, prefix: str) -> Iterator[str]:
        """List the names right below a prefix that ends in a slash."""
        with translated(f"bucket {self.name}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix, Delimiter="/"
            )
            for page in pages:
                for entry in page.get("CommonPrefixes", []):
                    yield entry["Prefix"].removeprefix(prefix).rstrip("/")

    def keys(self, prefix: str) -> Iterator[str]:
        """List the keys below a prefix."""
        with translated(f"bucket {self.name}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
            for page in pages:
                yield from (entry["Key"] for entry in page.get("Contents", []))
