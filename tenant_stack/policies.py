"""The IAM documents, as pure functions of ARNs.

Each of them names ARNs in full. A prefix with a star behind it would also name the tenant whose id goes on after it:
`acme*` is `acme-eu` too. Stars stand only behind a slash.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Statement: TypeAlias = dict[str, Any]
"""One statement of a policy, as IAM writes it."""


def document(statements: Iterable[Statement]) -> str:
    """Write a policy as AWS gives it back, so that no plan sees a difference in spelling."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def trust(principal_arn: str) -> Statement:
    """Let a principal take on the role."""
    return {"Effect": "Allow", "Principal": {"AWS": principal_arn}, "Action": "sts:AssumeRole"}


def use_tables(table_arns: Sequence[str]) -> Statement:
    """Let the application read and write items, by the tables and by their indexes."""
    return {
        "Sid": "Tables",
        "Effect": "Allow",
        "Action": [
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
        "Resource": [*table_arns, *(f"{arn}/index/*" for arn in table_arns)],
    }


def manage_users(user_pool_arn: str) -> Statement:
    """Let the application invite, change and remove the tenant's users."""
    return {
        "Sid": "Users",
        "Effect": "Allow",
        "Action": [
            "cognito-idp:AdminCreateUser",
            "cognito-idp:AdminDeleteUser",
            "cognito-idp:AdminDisableUser",
            "cognito-idp:AdminEnableUser",
            "cognito-idp:AdminGetUser",
            "cognito-idp:AdminResetUserPassword",
            "cognito-idp:AdminUpdateUserAttributes",
            "cognito-idp:AdminUserGlobalSignOut",
            "cognito-idp:ListUsers",
        ],
        "Resource": user_pool_arn,
    }


def use_files(bucket_arn: str) -> list[Statement]:
    """Let the application list the bucket, and read, write and delete its objects."""
    return [
        {
            "Sid": "Bucket",
            "Effect": "Allow",
            "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"],
            "Resource": bucket_arn,
        },
        {
            "Sid": "Files",
            "Effect": "Allow",
            "Action": [
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:PutObject",
            ],
            "Resource": f"{bucket_arn}/*",
        },
    ]


def use_key(key_arn: str) -> Statement:
    """Let the application encrypt and decrypt; DynamoDB, S3 and SSM do it in its name."""
    return {
        "Sid": "Key",
        "Effect": "Allow",
        "Action": [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        "Resource": key_arn,
    }


def read_parameters(path_arn: str) -> Statement:
    """Let the application read the parameters under a path."""
    return {
        "Sid": "Parameters",
        "Effect": "Allow",
        "Action": ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
        "Resource": [path_arn, f"{path_arn}/*"],
    }


def refuse_plain_http(bucket_arn: str) -> Statement:
    """Deny everyone everything in a bucket that does not come by TLS."""
    return {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
