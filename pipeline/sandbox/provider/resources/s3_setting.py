"""What all settings of a bucket that are resources of their own have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_OWNER = "expected_bucket_owner"


class BucketSetting(Resource):
    """One setting of a bucket: S3 has one of each, which a put replaces; its id is `bucket` or `bucket,owner`."""

    @abstractmethod
    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put the whole setting; `target` is the bucket as S3 wants it named."""

    @abstractmethod
    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object | None:
        """Return what S3 says; None, or an error with a code of `gone`, if there is no such setting."""

    @abstractmethod
    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Remove the setting."""

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the setting."""
        owner = data[_OWNER] if _OWNER in data.schema.fields else ""
        identifier = f"{data['bucket']},{owner}" if owner else data["bucket"]
        self.put(cloud.client("s3"), _target(identifier), data)
        data.id = identifier

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the setting and what the id says."""
        target = _target(data.id)
        values = self.values(cloud.client("s3"), target, data)
        if values is None:
            data.id = ""
            return
        data.update(values)
        data["bucket"] = target["Bucket"]
        if _OWNER in data.schema.fields:
            data[_OWNER] = target.get("ExpectedBucketOwner")

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the setting anew."""
        self.put(cloud.client("s3"), _target(data.id), data)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Remove the setting."""
        self.remove(cloud.client("s3"), _target(data.id), data)


def _target(identifier: str) -> dict[str, str]:
    bucket, _, owner = identifier.partition(",")
    return {"Bucket": bucket, "ExpectedBucketOwner": owner} if owner else {"Bucket": bucket}
