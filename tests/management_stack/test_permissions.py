from __future__ import annotations

from typing import Any, Final

import pytest

from management_stack.permissions import Places, changing, looking
from management_stack.policies import document
from tenant_stack.account import MANAGED_BY
from tests.management_stack.iam import may

ACCOUNT: Final = "123456789012"
PLACES = Places(
    partition="aws",
    account=ACCOUNT,
    application="app",
    states="arn:aws:s3:::fleet-states",
    templates="arn:aws:s3:::fleet-templates",
    tenants=f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/fleet-tenants",
    rollouts=f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/fleet-rollouts",
    locks=f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/fleet-locks",
    topic=f"arn:aws:sns:eu-central-1:{ACCOUNT}:alarms",
    queues=(f"arn:aws:sqs:eu-central-1:{ACCOUNT}:dead-letters", f"arn:aws:sqs:eu-central-1:{ACCOUNT}:copies"),
    metrics_namespace="Fleet",
)
LOOKING, CHANGING = looking(PLACES), changing(PLACES)

TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/app-acme-orders"
BUCKET = f"arn:aws:s3:::app-acme-files-{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app-acme-application"
SECRET = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/app/tenants/acme/user-pool-client-secret"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
POOL = f"arn:aws:cognito-idp:eu-west-1:{ACCOUNT}:userpool/eu-west-1_1"
ALIAS = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/app-acme-data"
STATE = f"{PLACES.states}/tenants/acme/terraform.tfstate"
HISTORY = [f"{PLACES.states}/management", f"{PLACES.states}/receipts", f"{PLACES.templates}/channels"]
TAGGED = {"aws:ResourceTag/managed-by": MANAGED_BY}
REQUESTED = {"aws:RequestTag/managed-by": MANAGED_BY}
BY_SSM = {**TAGGED, "kms:ViaService": "ssm.eu-west-1.amazonaws.com"}

# What a refresh of each resource asks for, and what the commands that only look ask for.
LOOKS: Final[list[tuple[str, str, dict[str, str]]]] = [
    ("cognito-idp:DescribeUserPool", POOL, {}),
    ("cognito-idp:DescribeUserPoolClient", POOL, {}),
    ("cognito-idp:GetUserPoolMfaConfig", POOL, {}),
    ("dynamodb:DescribeContinuousBackups", TABLE, {}),
    ("dynamodb:DescribeTable", TABLE, {}),
    ("dynamodb:DescribeTimeToLive", TABLE, {}),
    ("dynamodb:ListTagsOfResource", TABLE, {}),
    ("iam:GetRole", ROLE, {}),
    ("iam:GetRolePolicy", ROLE, {}),
    ("iam:ListAttachedRolePolicies", ROLE, {}),
    ("iam:ListInstanceProfilesForRole", ROLE, {}),
    ("iam:ListRolePolicies", ROLE, {}),
    ("kms:Decrypt", KEY, BY_SSM),
    ("kms:DescribeKey", KEY, {}),
    ("kms:GetKeyPolicy", KEY, {}),
    ("kms:GetKeyRotationStatus", KEY, {}),
    ("kms:ListAliases", "*", {}),
    ("kms:ListResourceTags", KEY, {}),
    ("s3:GetBucketOwnershipControls", BUCKET, {}),
    ("s3:GetBucketPolicy", BUCKET, {}),
    ("s3:GetBucketPublicAccessBlock", BUCKET, {}),
    ("s3:GetBucketVersioning", BUCKET, {}),
    ("s3:GetEncryptionConfiguration", BUCKET, {}),
    ("s3:GetLifecycleConfiguration", BUCKET, {}),
    ("s3:ListBucket", BUCKET, {}),
    ("s3:ListTagsForResource", BUCKET, {}),
    ("ssm:DescribeParameters", "*", {}),
    ("ssm:GetParameter", SECRET, {}),
    ("ssm:ListTagsForResource", SECRET, {}),
    ("tag:GetResources", "*", {}),
    ("dynamodb:GetItem", PLACES.tenants, {}),
    ("dynamodb:Query", f"{PLACES.tenants}/index/applied_from", {}),
    ("dynamodb:Scan", PLACES.tenants, {}),
    ("dynamodb:Query", PLACES.rollouts, {}),
    ("dynamodb:GetItem", PLACES.locks, {}),
    ("s3:GetObject", STATE, {}),
    ("s3:GetObject", f"{PLACES.templates}/channels/stable.json", {}),
    ("s3:ListBucket", PLACES.states, {}),
    ("s3:PutObject", f"{PLACES.templates}/reviews/1.json", {}),
]
# What creating, changing and destroying them asks for besides, and what the commands that change tenants write.
CHANGES: Final[list[tuple[str, str, dict[str, str]]]] = [
    ("cognito-idp:CreateUserPool", "*", REQUESTED),
    ("cognito-idp:CreateUserPoolClient", POOL, TAGGED),
    ("cognito-idp:DeleteUserPool", POOL, TAGGED),
    ("dynamodb:CreateTable", TABLE, {}),
    ("dynamodb:DeleteTable", TABLE, {}),
    ("dynamodb:TagResource", TABLE, {}),
    ("dynamodb:UpdateContinuousBackups", TABLE, {}),
    ("dynamodb:UpdateTimeToLive", TABLE, {}),
    ("iam:CreateRole", ROLE, {}),
    ("iam:DeleteRole", ROLE, {}),
    ("iam:PutRolePolicy", ROLE, {}),
    ("iam:TagRole", ROLE, {}),
    ("iam:UpdateAssumeRolePolicy", ROLE, {}),
    ("kms:CreateAlias", ALIAS, {}),
    ("kms:CreateAlias", KEY, TAGGED),
    ("kms:CreateGrant", KEY, TAGGED),
    ("kms:CreateKey", "*", REQUESTED),
    ("kms:EnableKeyRotation", KEY, TAGGED),
    ("kms:ScheduleKeyDeletion", KEY, TAGGED),
    ("s3:CreateBucket", BUCKET, {}),
    ("s3:DeleteBucket", BUCKET, {}),
    ("s3:DeleteBucketPolicy", BUCKET, {}),
    ("s3:DeleteObjectVersion", f"{BUCKET}/invoice.pdf", {}),
    ("s3:PutBucketPublicAccessBlock", BUCKET, {}),
    ("s3:PutBucketVersioning", BUCKET, {}),
    ("s3:PutEncryptionConfiguration", BUCKET, {}),
    ("s3:PutLifecycleConfiguration", BUCKET, {}),
    ("s3:TagResource", BUCKET, {}),
    ("ssm:AddTagsToResource", SECRET, {}),
    ("ssm:DeleteParameter", SECRET, {}),
    ("ssm:PutParameter", SECRET, {}),
    ("dynamodb:ConditionCheckItem", PLACES.rollouts, {}),
    ("dynamodb:BatchWriteItem", PLACES.rollouts, {}),
    ("dynamodb:DeleteItem", PLACES.locks, {}),
    ("dynamodb:PutItem", PLACES.locks, {}),
    ("dynamodb:PutItem", PLACES.tenants, {}),
    ("dynamodb:UpdateItem", PLACES.rollouts, {}),
    ("s3:DeleteObject", f"{STATE}.tflock", {}),
    ("s3:DeleteObjectVersion", STATE, {}),
    ("s3:ListBucketVersions", PLACES.states, {}),
    ("s3:PutObject", STATE, {}),
    ("s3:PutObject", f"{PLACES.states}/receipts/acme/1.json", {}),
    ("s3:PutObject", f"{PLACES.states}/rescued/acme/1.tfstate", {}),
    ("s3:PutObject", f"{PLACES.templates}/templates/1/manifest.json", {}),
    ("sns:Publish", PLACES.topic, {}),
    ("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "Fleet"}),
    *(("sqs:ReceiveMessage", queue, {}) for queue in PLACES.queues),
]
# What neither has any use for.
NEVER: Final[list[tuple[str, str, dict[str, str]]]] = [
    ("cognito-idp:DeleteUserPool", POOL, {}),
    ("dynamodb:DeleteTable", PLACES.tenants, {}),
    ("dynamodb:DeleteTable", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/other-orders", {}),
    ("dynamodb:GetItem", TABLE, {}),
    ("dynamodb:Scan", TABLE, {}),
    ("iam:AttachRolePolicy", ROLE, {}),
    ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/tenant-pipeline-apply", {}),
    ("iam:PassRole", ROLE, {}),
    ("kms:Decrypt", KEY, {}),
    ("kms:ScheduleKeyDeletion", KEY, {}),
    ("kms:TagResource", KEY, {}),
    ("s3:DeleteBucket", PLACES.states, {}),
    *(("s3:DeleteObjectVersion", f"{place}/1.json", {}) for place in HISTORY),
    ("s3:GetObject", f"{BUCKET}/invoice.pdf", {}),
    ("s3:GetObject", f"{PLACES.states}/management/terraform.tfstate", {}),
    ("s3:PutObject", f"{PLACES.states}/management/terraform.tfstate", {}),
    ("ssm:GetParameter", f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/billing/card-api", {}),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/administrator", {}),
]


@pytest.mark.parametrize(("action", "resource", "context"), LOOKS)
def test_both_roles_may_look(action: str, resource: str, context: dict[str, str]) -> None:
    assert may(LOOKING, action, resource, context)
    assert may(CHANGING, action, resource, context)


@pytest.mark.parametrize(("action", "resource", "context"), CHANGES)
def test_one_role_alone_may_change(action: str, resource: str, context: dict[str, str]) -> None:
    assert may(CHANGING, action, resource, context)
    assert not may(LOOKING, action, resource, context)


@pytest.mark.parametrize(("action", "resource", "context"), NEVER)
def test_neither_may_do_more(action: str, resource: str, context: dict[str, str]) -> None:
    assert not may(LOOKING, action, resource, context)
    assert not may(CHANGING, action, resource, context)


def test_a_control_plane_named_like_a_tenant_stays_out_of_reach() -> None:
    names: dict[str, Any] = {"states": "arn:aws:s3:::app-states", "tenants": TABLE.replace("acme-orders", "tenants")}
    statements = changing(Places(**{**PLACES.__dict__, **names}))
    assert may(statements, "s3:PutObject", "arn:aws:s3:::app-states/tenants/acme/terraform.tfstate")
    assert may(statements, "dynamodb:PutItem", names["tenants"])
    for action, resource in [
        ("dynamodb:DeleteTable", names["tenants"]),
        ("s3:DeleteBucket", names["states"]),
        ("s3:DeleteObjectVersion", f"{names['states']}/receipts/acme/1.json"),
        ("s3:PutLifecycleConfiguration", names["states"]),
    ]:
        assert not may(statements, action, resource), action


@pytest.mark.parametrize("statements", [LOOKING, CHANGING])
def test_a_policy_is_one_that_iam_takes(statements: list[dict[str, Any]]) -> None:
    assert len(document(statements)) < 8_000  # 10,240 characters are all that a role's own policies may have
    assert len({statement["Sid"] for statement in statements}) == len(statements)
