from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


@pytest.fixture
def iam(aws: RunningSandbox) -> Any:
    return aws.client("iam")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"MaxSessionDuration": 7200}, ("The application", 7200)),
        ({"Description": "Another"}, ("Another", 3600)),
        ({"Description": ""}, ("", 3600)),
    ],
)
def test_an_update_of_a_role_changes_what_it_names(iam: Any, change: dict[str, Any], expected: tuple[str, int]) -> None:
    iam.create_role(RoleName="application", AssumeRolePolicyDocument=TRUST, Description="The application")
    iam.update_role(RoleName="application", **change)
    role = iam.get_role(RoleName="application")["Role"]
    assert (role.get("Description", ""), role["MaxSessionDuration"]) == expected


def test_aws_managed_policies_can_be_attached(iam: Any) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.create_role(RoleName="application", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="application", PolicyArn=arn)

    attached = iam.list_attached_role_policies(RoleName="application")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [arn]
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_a_policy_that_is_nowhere_cannot_be_attached(iam: Any) -> None:
    iam.create_role(RoleName="application", AssumeRolePolicyDocument=TRUST)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.attach_role_policy(RoleName="application", PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")


@pytest.mark.parametrize("account", ["111122223333", "444455556666"])
def test_a_role_that_is_taken_on_works_in_its_account(aws: RunningSandbox, account: str) -> None:
    taken = aws.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/deploy", RoleSessionName="pipeline")
    credentials = taken["Credentials"]
    session = boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name="eu-central-1",
    )
    assert session.client("sts", endpoint_url=aws.endpoint).get_caller_identity()["Account"] == account

    session.client("ssm", endpoint_url=aws.endpoint).put_parameter(Name="/there", Value="x", Type="String")
    assert aws.client("ssm").describe_parameters()["Parameters"] == []
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_a_user_has_the_boundary_that_it_was_given_last(iam: Any) -> None:
    def boundary() -> str | None:
        user = iam.get_user(UserName="person")["User"]
        arn: str | None = user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return arn

    read_only, everything = (f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "AdministratorAccess"))
    iam.create_user(UserName="person", PermissionsBoundary=read_only)
    assert boundary() == read_only
    iam.put_user_permissions_boundary(UserName="person", PermissionsBoundary=everything)
    assert boundary() == everything
    iam.delete_user_permissions_boundary(UserName="person")
    assert boundary() is None


def test_a_user_keeps_its_tags_under_another_name(iam: Any) -> None:
    iam.create_user(UserName="person", Tags=[{"Key": "a", "Value": "1"}])
    iam.update_user(UserName="person", NewUserName="other", NewPath="/people/")
    assert iam.get_user(UserName="other")["User"]["Tags"] == [{"Key": "a", "Value": "1"}]
