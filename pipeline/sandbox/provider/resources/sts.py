"""Who and where the provider is: account, partition and region, and what it puts on everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.data_source import DataSource
from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.regions import descriptions
from pipeline.sandbox.provider.tags import visible_tags

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData


class CallerIdentity(DataSource):
    """The identity that the credentials belong to."""

    type_name = "aws_caller_identity"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Ask STS."""
        identity = cloud.client("sts").get_caller_identity()
        data.id = identity["Account"]
        data.update({"account_id": identity["Account"], "arn": identity["Arn"], "user_id": identity["UserId"]})


class Partition(DataSource):
    """The partition of the configured region."""

    type_name = "aws_partition"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Tell it from the region."""
        data.id = cloud.partition
        data["partition"] = cloud.partition
        data["dns_suffix"] = cloud.dns_suffix
        data["reverse_dns_prefix"] = ".".join(reversed(cloud.dns_suffix.split(".")))


class Region(DataSource):
    """The configured region, or the one that a name or endpoint tells."""

    type_name = "aws_region"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Look the region up in botocore's own list."""
        asked = data["name"] or _region_of(data["endpoint"]) or cloud.region
        description = descriptions().get(asked)
        if description is None:
            raise ProviderError(f"region not found: {asked}")
        data.id = asked
        data.update({"name": asked, "description": description, "endpoint": f"ec2.{asked}.{cloud.dns_suffix}"})


class CanonicalUserId(DataSource):
    """The name of the account in the ACLs of S3."""

    type_name = "aws_canonical_user_id"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Ask S3 whose buckets there are."""
        owner = cloud.client("s3").list_buckets()["Owner"]
        data.id = owner["ID"]
        data["display_name"] = owner.get("DisplayName")


class DefaultTags(DataSource):
    """The tags of the provider block's default_tags."""

    type_name = "aws_default_tags"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Take them from the configuration."""
        data.id = cloud.partition
        data["tags"] = visible_tags(cloud.default_tags, cloud)


def _region_of(endpoint: str) -> str:
    return endpoint.split(".")[1] if endpoint.startswith("ec2.") else ""
