"""What the roles may do, as pure functions. A unit of the template that uses another service needs it named here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from management_stack.policies import Statement

READS: Final = (
    "cognito-idp:Describe*", "cognito-idp:Get*", "cognito-idp:List*",
    "dynamodb:Describe*", "dynamodb:List*",
    "iam:Get*", "iam:List*",
    "kms:Describe*", "kms:Get*", "kms:List*",
    "s3:GetAccelerateConfiguration", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration", "s3:ListAllMyBuckets", "s3:ListBucket", "s3:ListTagsForResource",
    "ssm:DescribeParameters", "ssm:ListTagsForResource",
    "sts:GetCallerIdentity",
    "tag:GetResources",
)  # fmt: skip
"""What a plan reads of anybody's. Items of tables, objects of buckets and values of parameters are not among it."""

TABLES: Final = (
    "dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:TagResource", "dynamodb:UntagResource",
    "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
)  # fmt: skip
OF_OBJECTS: Final = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions")
BUCKETS: Final = (
    "s3:CreateBucket", "s3:DeleteBucket*", "s3:PutBucket*", "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration", "s3:TagResource", "s3:UntagResource",
    # A bucket is emptied before it is deleted.
    *OF_OBJECTS,
)  # fmt: skip
ROLES: Final = (
    "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
)  # fmt: skip
READER: Final = "tenant-pipeline-reader"
"""The role in tenants' accounts that the plan role takes on; jobs that plan name it as `account_role_name`."""
OURS: Final = "tenant-pipeline"
"""The value of the tag `managed-by` on all that is the tenants'."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """ARNs of the control plane, and what the names of tenants' resources start with."""

    partition: str
    account: str
    application: str
    states: str
    templates: str
    tenants: str
    rollouts: str
    locks: str
    topic: str
    queues: tuple[str, ...]
    metrics_namespace: str

    def named(self, service: str, resource: str) -> str:
        """Give the ARN pattern of what is the tenants' in a service."""
        return f"arn:{self.partition}:{service}:*:{self.account}:{resource}"

    @property
    def parameters(self) -> str:
        """The ARN pattern of the tenants' parameters."""
        return self.named("ssm", f"parameter/{self.application}/tenants/*")


def looking(places: Places) -> list[Statement]:
    """Let a role look at everything that the pipeline needs for a plan, and change nothing but reviews."""
    return [
        _allow("Look", READS, "*"),
        _allow("Parameters", ["ssm:GetParameter", "ssm:GetParameters"], places.parameters),
        # A refresh reads secrets too, and those of a tenant with a key of its own are encrypted with that.
        _allow("Secrets", ["kms:Decrypt"], "*", {**_tagged("Resource"), "StringLike": {"kms:ViaService": "ssm.*"}}),
        _allow("OtherAccounts", ["sts:AssumeRole"], f"arn:{places.partition}:iam::*:role/{READER}"),
        _allow("States", ["s3:GetObject"], [f"{places.states}/tenants/*", f"{places.states}/rescued/*"]),
        _allow("Templates", ["s3:GetObject"], f"{places.templates}/*"),
        _allow("Reviews", ["s3:PutObject"], f"{places.templates}/reviews/*"),
        _allow(
            "Registry",
            ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
            [places.tenants, f"{places.tenants}/index/*", places.rollouts],
        ),
        # Beside the locks stand the digests that the engine holds a state against.
        _allow("Digests", ["dynamodb:GetItem"], places.locks),
    ]


def changing(places: Places) -> list[Statement]:
    """Let a role change tenants' resources, by their names, and what the pipeline keeps of them."""
    return [*_tenants_resources(places), *_control_plane(places), *_never(places)]


def _tenants_resources(places: Places) -> list[Statement]:
    prefix = f"{places.application}-*"
    return [
        _allow("Look", READS, "*"),
        _allow("OtherAccounts", ["sts:AssumeRole"], f"arn:{places.partition}:iam::*:role/tenant-pipeline-*"),
        _allow("Tables", TABLES, places.named("dynamodb", f"table/{prefix}")),
        _allow("Buckets", BUCKETS, f"arn:{places.partition}:s3:::{prefix}"),
        # Pools and keys have no names of ours in their ARNs: the tag says whose they are.
        _allow("NewPools", ["cognito-idp:CreateUserPool", "cognito-idp:TagResource"], "*", _tagged("Request")),
        _allow("Pools", ["cognito-idp:*"], "*", _tagged("Resource")),
        _allow("NewKeys", ["kms:CreateKey", "kms:TagResource"], "*", _tagged("Request")),
        _allow("Keys", ["kms:*"], "*", _tagged("Resource")),
        _allow("Aliases", ["kms:*Alias"], places.named("kms", f"alias/{prefix}")),
        _allow("Parameters", ["ssm:*"], places.parameters),
        _allow("Roles", ROLES, f"arn:{places.partition}:iam::{places.account}:role/{prefix}"),
    ]


def _control_plane(places: Places) -> list[Statement]:
    items = [
        f"dynamodb:{action}"
        for action in (
            "BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan",
            "UpdateItem",
        )
    ]  # fmt: skip
    return [
        _allow(
            "ControlPlaneItems",
            [*items, "dynamodb:DescribeTable"],
            [places.tenants, f"{places.tenants}/index/*", places.rollouts, places.locks],
        ),
        _allow(
            "ControlPlaneObjects",
            ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            # Not the management stack's own state: what is in it, an administrator applies.
            [*_states_of_tenants(places), f"{places.states}/receipts/*", f"{places.templates}/*"],
        ),
        # Of a tenant that is gone no former state stays either: states hold secrets.
        _allow("LastTraces", ["s3:DeleteObjectVersion"], _states_of_tenants(places)),
        _allow("FormerStates", ["s3:ListBucketVersions"], places.states),
        _allow("Failures", ["sns:Publish"], places.topic),
        _allow(
            "Metrics",
            ["cloudwatch:PutMetricData"],
            "*",
            {"StringEquals": {"cloudwatch:namespace": places.metrics_namespace}},
        ),
        _allow("Queues", ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"], list(places.queues)),
    ]


def _never(places: Places) -> list[Statement]:
    """Even where a tenant's name would let it: the control plane itself is the management stack's."""
    return [
        {
            "Sid": "NotTheControlPlane",
            "Effect": "Deny",
            "Action": [*TABLES, *(a for a in BUCKETS if a not in OF_OBJECTS)],
            "Resource": [
                *(places.tenants, places.rollouts, places.locks),
                *(places.states, f"{places.states}/*", places.templates, f"{places.templates}/*"),
            ],
        },
        {
            "Sid": "NotItsHistory",
            "Effect": "Deny",
            "Action": ["s3:DeleteObjectVersion"],
            "Resource": [f"{places.states}/management/*", f"{places.states}/receipts/*", f"{places.templates}/*"],
        },
    ]


def _states_of_tenants(places: Places) -> list[str]:
    return [f"{places.states}/tenants/*", f"{places.states}/rescued/*"]


def _tagged(what: str) -> dict[str, object]:
    """Give the condition that a request, or the resource that it is for, carries our tag."""
    return {"StringEquals": {f"aws:{what}Tag/managed-by": OURS}}


def _allow(
    sid: str, actions: list[str] | tuple[str, ...], resources: str | list[str], condition: object = None
) -> Statement:
    statement: Statement = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources}
    return statement if condition is None else {**statement, "Condition": condition}
