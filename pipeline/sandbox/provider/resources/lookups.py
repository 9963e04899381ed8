"""What data sources tell of tables, buckets, secrets, parameters, queues, topics and log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.data_source import DataSource
from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.resources import dynamodb, logs, s3, secretsmanager, sqs
from pipeline.sandbox.provider.resources.lookup import Lookup
from pipeline.sandbox.provider.resources.shapes import chosen, timestamp

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData


class Table(Lookup):
    """A table of DynamoDB, by its name."""

    type_name = "aws_dynamodb_table"
    resource = dynamodb.Table()

    def find(self, data: ResourceData, cloud: Cloud) -> str:
        """Return its name."""
        return str(data["name"])


class Bucket(Lookup):
    """A bucket of S3, by its name."""

    type_name = "aws_s3_bucket"
    resource = s3.Bucket()

    def find(self, data: ResourceData, cloud: Cloud) -> str:
        """Return its name."""
        return str(data["bucket"])


class LogGroup(Lookup):
    """A log group, by its name."""

    type_name = "aws_cloudwatch_log_group"
    resource = logs.LogGroup()

    def find(self, data: ResourceData, cloud: Cloud) -> str:
        """Return its name."""
        return str(data["name"])

    def add(self, data: ResourceData, cloud: Cloud) -> None:
        """Set when it was created."""
        pages = cloud.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=data.id)
        groups = (group for page in pages for group in page["logGroups"] if group["logGroupName"] == data.id)
        data["creation_time"] = next(groups)["creationTime"]


class Queue(Lookup):
    """A queue of SQS, by its name."""

    type_name = "aws_sqs_queue"
    resource = sqs.Queue()

    def find(self, data: ResourceData, cloud: Cloud) -> str:
        """Return its URL."""
        return str(cloud.client("sqs").get_queue_url(QueueName=data["name"])["QueueUrl"])


class Secret(Lookup):
    """A secret, by its name or ARN."""

    type_name = "aws_secretsmanager_secret"
    resource = secretsmanager.Secret()

    def find(self, data: ResourceData, cloud: Cloud) -> str:
        """Return its ARN."""
        secret = cloud.client("secretsmanager").describe_secret(SecretId=data["arn"] or data["name"])
        return str(secret["ARN"])

    def add(self, data: ResourceData, cloud: Cloud) -> None:
        """Set when it was created and changed."""
        secret = cloud.client("secretsmanager").describe_secret(SecretId=data.id)
        data["created_date"] = timestamp(secret["CreatedDate"])
        data["last_changed_date"] = timestamp(secret["LastChangedDate"])


class SecretVersion(DataSource):
    """One value of a secret, by its id or its stage."""

    type_name = "aws_secretsmanager_secret_version"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the value."""
        secret, version, stage = data["secret_id"], data["version_id"], data["version_stage"]
        which = {"VersionId": version} if version else {"VersionStage": stage}
        found = cloud.client("secretsmanager").get_secret_value(SecretId=secret, **which)
        data.id = f"{secret}|{version or stage}"
        data.update(chosen(found, {"arn": "ARN", "secret_string": "SecretString", "version_id": "VersionId"}))
        data["created_date"] = timestamp(found["CreatedDate"])
        data["secret_binary"] = found.get("SecretBinary", b"").decode(errors="replace")
        data["version_stages"] = found["VersionStages"]


class Parameter(DataSource):
    """A parameter of SSM, by its name."""

    type_name = "aws_ssm_parameter"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the value, in the clear unless that is not wanted."""
        answer = cloud.client("ssm").get_parameter(Name=data["name"], WithDecryption=data["with_decryption"])
        found = answer["Parameter"]
        data.id = found["Name"]
        data.update(chosen(found, {"arn": "ARN", "name": "Name", "type": "Type", "value": "Value"}))
        data["version"] = found["Version"]
        data["insecure_value"] = None if found["Type"] == "SecureString" else found["Value"]


class Topic(DataSource):
    """A topic of SNS, by its name."""

    type_name = "aws_sns_topic"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Look through all topics, as AWS finds none by its name."""
        pages = cloud.client("sns").get_paginator("list_topics").paginate()
        arns = [topic["TopicArn"] for page in pages for topic in page["Topics"]]
        found = [arn for arn in arns if arn.rpartition(":")[2] == data["name"]]
        if not found:
            raise ProviderError(f"no topic with name {data['name']!r} found in region {cloud.region!r}")
        data.id = found[0]
        data["arn"] = found[0]
