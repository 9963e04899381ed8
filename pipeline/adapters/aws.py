"""Sessions and clients of AWS, and the one place where botocore's errors become ours."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore import exceptions as botocore_errors
from botocore.config import Config

from pipeline.errors import AwsError, NotFoundError, PipelineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient

# Adaptive mode slows down by itself when AWS throttles; fleets run tens of threads over one client.
RETRIES: Final = Config(retries={"mode": "adaptive", "max_attempts": 6}, max_pool_connections=64, connect_timeout=5)
ABSENT: Final = frozenset({"ResourceNotFoundException", "NoSuchBucket"})
REFUSED: Final = frozenset({
    "AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId",
    "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException", "403",
})  # fmt: skip
BOOTSTRAP: Final = "pipeline bootstrap"
CREDENTIALS_ADVICE: Final = (
    "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; for the sandbox: pipeline sandbox start, "
    'then eval "$(pipeline sandbox env)"'
)


class Aws:
    """The clients of the control plane's account and region, made when first used."""

    def __init__(self, region: str) -> None:
        self._region = region

    @cached_property
    def session(self) -> boto3.Session:
        """The session that all clients come from."""
        with translated("reading the AWS configuration"):
            return boto3.Session(region_name=self._region)

    @cached_property
    def s3(self) -> S3Client:
        """The client of S3."""
        with translated("S3"):
            return self.session.client("s3", config=self._s3_config())

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """The client of DynamoDB."""
        with translated("DynamoDB"):
            return self.session.client("dynamodb", config=RETRIES)

    @cached_property
    def events(self) -> EventBridgeClient:
        """The client of EventBridge."""
        with translated("EventBridge"):
            return self.session.client("events", config=RETRIES)

    @cached_property
    def sqs(self) -> SQSClient:
        """The client of SQS."""
        with translated("SQS"):
            return self.session.client("sqs", config=RETRIES)

    @cached_property
    def sns(self) -> SNSClient:
        """The client of SNS."""
        with translated("SNS"):
            return self.session.client("sns", config=RETRIES)

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """The client of CloudWatch."""
        with translated("CloudWatch"):
            return self.session.client("cloudwatch", config=RETRIES)

    def in_account_of(self, role: str, region: str, *, external_id: str = "") -> boto3.Session:
        """Give a session in a tenant's own account; an empty role is the pipeline's account."""
        with translated(f"taking on {role or 'the own account'}"):
            if not role:
                return boto3.Session(region_name=region)
            asked: Any = {"ExternalId": external_id} if external_id else {}
            taken = self.session.client("sts", config=RETRIES).assume_role(
                RoleArn=role, RoleSessionName="tenant-pipeline", **asked
            )["Credentials"]
            return boto3.Session(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"], region)

    def _s3_config(self) -> Config:
        # An endpoint of one's own (AWS_ENDPOINT_URL) has no host name per bucket.
        endpoint = self.session.client("s3").meta.endpoint_url
        is_aws = endpoint.endswith((".amazonaws.com", ".amazonaws.com.cn"))
        return RETRIES.merge(Config(s3={"addressing_style": "auto" if is_aws else "path"}))


def error_code(error: botocore_errors.ClientError) -> str:
    """Give the code that AWS put into an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn botocore's errors of the block into ours; `what` names what was being done or with what."""
    try:
        yield
    except botocore_errors.ClientError as error:
        raise _refused(what, error) from error
    except (botocore_errors.NoCredentialsError, botocore_errors.PartialCredentialsError) as error:
        raise AwsError(f"{what}: no AWS credentials", advice=CREDENTIALS_ADVICE) from error
    except (
        botocore_errors.EndpointConnectionError,
        botocore_errors.ConnectTimeoutError,
        botocore_errors.ConnectionClosedError,
        botocore_errors.ReadTimeoutError,
    ) as error:
        raise AwsError(
            f"{what}: AWS does not answer: {error}",
            advice="check the network; for the sandbox: pipeline sandbox status",
        ) from error
    except botocore_errors.BotoCoreError as error:
        raise AwsError(f"{what}: {error}", advice=CREDENTIALS_ADVICE) from error


def _refused(what: str, error: botocore_errors.ClientError) -> PipelineError:
    code = error_code(error)
    message = error.response.get("Error", {}).get("Message", "")
    if code in ABSENT:
        return NotFoundError(f"{what} does not exist: the control plane is missing or incomplete", advice=BOOTSTRAP)
    if code in REFUSED:
        return AwsError(f"{what}: AWS refuses the credentials: {code} {message}", advice=CREDENTIALS_ADVICE)
    return AwsError(f"{what}: {code} {message}")
