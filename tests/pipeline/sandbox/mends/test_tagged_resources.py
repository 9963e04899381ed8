from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox_fixtures import RunningSandbox

REGION = "eu-central-1"
PREFIX = f"{REGION}:123456789012"


def key_values(tenant: str) -> list[dict[str, str]]:
    return [{"Key": "tenant", "Value": tenant}]


def make_table(aws: RunningSandbox, tenant: str) -> None:
    aws.client("dynamodb").create_table(
        TableName=f"{tenant}-orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=key_values(tenant),
    )


def make_bucket(aws: RunningSandbox, tenant: str) -> None:
    s3, bucket = aws.client("s3"), f"{tenant}-files"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": key_values(tenant)})


def make_key(aws: RunningSandbox, tenant: str) -> None:
    aws.client("kms").create_key(Tags=[{"TagKey": "tenant", "TagValue": tenant}])


def make_alarm(aws: RunningSandbox, tenant: str) -> None:
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=f"{tenant}-errors",
        Namespace="application",
        MetricName="errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Tags=key_values(tenant),
    )


def make_pool(aws: RunningSandbox, tenant: str) -> None:
    aws.client("cognito-idp").create_user_pool(PoolName=tenant, UserPoolTags={"tenant": tenant})


def make_pool_and_tag_it(aws: RunningSandbox, tenant: str) -> None:
    cognito = aws.client("cognito-idp")
    arn = cognito.create_user_pool(PoolName=tenant)["UserPool"]["Arn"]
    cognito.tag_resource(ResourceArn=arn, Tags={"tenant": tenant})


def make_parameter(aws: RunningSandbox, tenant: str) -> None:
    aws.client("ssm").put_parameter(Name=f"/{tenant}/bucket", Value="x", Type="String", Tags=key_values(tenant))


def make_queue(aws: RunningSandbox, tenant: str) -> None:
    aws.client("sqs").create_queue(QueueName=tenant, tags={"tenant": tenant})


def make_topic(aws: RunningSandbox, tenant: str) -> None:
    aws.client("sns").create_topic(Name=tenant, Tags=key_values(tenant))


def make_secret(aws: RunningSandbox, tenant: str) -> None:
    aws.client("secretsmanager").create_secret(Name=tenant, SecretString="x", Tags=key_values(tenant))


def make_log_group(aws: RunningSandbox, tenant: str) -> None:
    aws.client("logs").create_log_group(logGroupName=f"/{tenant}", tags={"tenant": tenant})


def make_bus(aws: RunningSandbox, tenant: str) -> None:
    aws.client("events").create_event_bus(Name=tenant, Tags=key_values(tenant))


def make_rule(aws: RunningSandbox, tenant: str) -> None:
    aws.client("events").put_rule(Name=tenant, ScheduleExpression="rate(1 hour)", Tags=key_values(tenant))


def make_stream(aws: RunningSandbox, tenant: str) -> None:
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=tenant, ShardCount=1)
    kinesis.add_tags_to_stream(StreamName=tenant, Tags={"tenant": tenant})


KINDS: list[tuple[str, str, Callable[[RunningSandbox, str], None]]] = [
    ("cloudwatch:alarm", f"cloudwatch:{PREFIX}:alarm:acme-errors", make_alarm),
    ("cognito-idp:userpool", f"cognito-idp:{PREFIX}:userpool/{REGION}_", make_pool),
    ("cognito-idp:userpool", f"cognito-idp:{PREFIX}:userpool/{REGION}_", make_pool_and_tag_it),
    ("dynamodb:table", f"dynamodb:{PREFIX}:table/acme-orders", make_table),
    ("events:event-bus", f"events:{PREFIX}:event-bus/acme", make_bus),
    ("events:rule", f"events:{PREFIX}:rule/acme", make_rule),
    ("kinesis:stream", f"kinesis:{PREFIX}:stream/acme", make_stream),
    ("kms:key", f"kms:{PREFIX}:key/", make_key),
    ("logs:log-group", f"logs:{PREFIX}:log-group:/acme", make_log_group),
    ("s3:bucket", "s3:::acme-files", make_bucket),
    ("secretsmanager:secret", f"secretsmanager:{PREFIX}:secret:acme-", make_secret),
    ("sns:topic", f"sns:{PREFIX}:acme", make_topic),
    ("sqs:queue", f"sqs:{PREFIX}:acme", make_queue),
    ("ssm:parameter", f"ssm:{PREFIX}:parameter/acme/bucket", make_parameter),
]


def found(aws: RunningSandbox, **more: Any) -> list[str]:
    """List the ARNs of the tenant acme, over all pages."""
    paginator = aws.client("resourcegroupstaggingapi").get_paginator("get_resources")
    pages = paginator.paginate(TagFilters=[{"Key": "tenant", "Values": ["acme"]}], **more)
    return [resource["ResourceARN"] for page in pages for resource in page["ResourceTagMappingList"]]


@pytest.mark.parametrize(("kind", "arn", "make"), KINDS, ids=[make.__name__ for _, _, make in KINDS])
def test_what_a_template_makes_is_found_by_its_tag(
    aws: RunningSandbox, kind: str, arn: str, make: Callable[[RunningSandbox, str], None]
) -> None:
    make(aws, "acme")
    make(aws, "globex")

    (only,) = found(aws)
    assert only.startswith(f"arn:aws:{arn}")
    assert found(aws, ResourceTypeFilters=[kind]) == [only]
    assert found(aws, ResourceTypeFilters=[kind.partition(":")[0]]) == [only]
    assert found(aws, ResourceTypeFilters=["ec2:instance"]) == []


def test_everything_is_found_page_by_page_while_more_is_made(aws: RunningSandbox) -> None:
    for _, _, make in KINDS:
        make(aws, "acme")
    api = aws.client("resourcegroupstaggingapi")
    wanted = {"TagFilters": [{"Key": "tenant"}], "ResourcesPerPage": 3}

    page = api.get_resources(**wanted)
    arns = [resource["ResourceARN"] for resource in page["ResourceTagMappingList"]]
    while page.get("PaginationToken"):
        make_parameter(aws, f"another{len(arns)}")
        page = api.get_resources(**wanted, PaginationToken=page["PaginationToken"])
        arns += [resource["ResourceARN"] for resource in page["ResourceTagMappingList"]]

    acme = [arn for arn in arns if "another" not in arn]
    assert len(set(acme)) == len(acme) == len(KINDS)


def test_roles_are_not_found_as_on_aws(aws: RunningSandbox) -> None:
    aws.client("iam").create_role(RoleName="acme", AssumeRolePolicyDocument="{}", Tags=key_values("acme"))
    assert found(aws) == []


def test_a_key_that_is_to_be_deleted_is_still_found(aws: RunningSandbox) -> None:
    make_key(aws, "acme")
    (arn,) = found(aws)
    aws.client("kms").schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert found(aws) == [arn]
