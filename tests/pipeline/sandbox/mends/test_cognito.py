from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox


@pytest.fixture
def cognito(aws: RunningSandbox) -> Any:
    return aws.client("cognito-idp")


def create_pool(cognito: Any, **configuration: Any) -> Any:
    return cognito.create_user_pool(PoolName="users", **configuration)["UserPool"]


def described(cognito: Any, pool: Any) -> Any:
    return cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]


@pytest.mark.parametrize(
    "fixed",
    [
        {"UsernameAttributes": ["email"]},
        {"AliasAttributes": ["email", "phone_number"]},
        {"UsernameConfiguration": {"CaseSensitive": False}},
    ],
)
def test_an_update_keeps_what_cannot_be_changed(cognito: Any, fixed: dict[str, Any]) -> None:
    pool = create_pool(cognito, **fixed)
    cognito.update_user_pool(UserPoolId=pool["Id"], Policies={"PasswordPolicy": {"MinimumLength": 14}})

    after = described(cognito, pool)
    assert {name: after[name] for name in fixed} == fixed
    assert after["Policies"]["PasswordPolicy"]["MinimumLength"] == 14
    assert after["LastModifiedDate"] > pool["LastModifiedDate"]


def test_a_protected_pool_is_not_deleted(cognito: Any) -> None:
    pool = create_pool(cognito, DeletionProtection="ACTIVE")
    with pytest.raises(cognito.exceptions.InvalidParameterException, match="deletion protection is activated"):
        cognito.delete_user_pool(UserPoolId=pool["Id"])

    cognito.update_user_pool(UserPoolId=pool["Id"], DeletionProtection="INACTIVE")
    cognito.delete_user_pool(UserPoolId=pool["Id"])
    with pytest.raises(cognito.exceptions.ResourceNotFoundException):
        described(cognito, pool)


def test_a_pool_with_a_domain_is_not_deleted(cognito: Any) -> None:
    pool = create_pool(cognito)
    cognito.create_user_pool_domain(Domain="acme", UserPoolId=pool["Id"])
    with pytest.raises(cognito.exceptions.InvalidParameterException, match="has a domain"):
        cognito.delete_user_pool(UserPoolId=pool["Id"])

    cognito.delete_user_pool_domain(Domain="acme", UserPoolId=pool["Id"])
    cognito.delete_user_pool(UserPoolId=pool["Id"])


def test_pools_are_tagged(cognito: Any) -> None:
    pool = create_pool(cognito, UserPoolTags={"tenant": "acme", "kept": "yes"})
    cognito.tag_resource(ResourceArn=pool["Arn"], Tags={"tenant": "globex", "new": "yes"})
    cognito.untag_resource(ResourceArn=pool["Arn"], TagKeys=["kept", "never there"])

    expected = {"tenant": "globex", "new": "yes"}
    assert cognito.list_tags_for_resource(ResourceArn=pool["Arn"])["Tags"] == expected
    assert described(cognito, pool)["UserPoolTags"] == expected


def test_tags_of_a_pool_that_is_not_there(cognito: Any) -> None:
    missing = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_missing"
    with pytest.raises(cognito.exceptions.ResourceNotFoundException):
        cognito.list_tags_for_resource(ResourceArn=missing)


@pytest.mark.parametrize("on_create", [{}, {"MfaConfiguration": "OFF"}])
def test_the_mfa_configuration_is_the_one_written_last(cognito: Any, on_create: dict[str, str]) -> None:
    pool = create_pool(cognito, **on_create)
    assert described(cognito, pool)["MfaConfiguration"] == "OFF"

    token = {"Enabled": True}
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool["Id"], MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration=token
    )
    assert described(cognito, pool)["MfaConfiguration"] == "OPTIONAL"

    cognito.update_user_pool(UserPoolId=pool["Id"], MfaConfiguration="ON")
    assert cognito.get_user_pool_mfa_config(UserPoolId=pool["Id"])["MfaConfiguration"] == "ON"


def test_resource_servers_are_changed_and_deleted(cognito: Any) -> None:
    server = {"UserPoolId": create_pool(cognito)["Id"], "Identifier": "api"}
    cognito.create_resource_server(**server, Name="API", Scopes=[{"ScopeName": "read", "ScopeDescription": "Read"}])

    scopes = [{"ScopeName": "write", "ScopeDescription": "Write"}]
    cognito.update_resource_server(**server, Name="The API", Scopes=scopes)
    found = cognito.describe_resource_server(**server)["ResourceServer"]
    assert (found["Name"], found["Scopes"]) == ("The API", scopes)

    cognito.delete_resource_server(**server)
    with pytest.raises(cognito.exceptions.ResourceNotFoundException):
        cognito.delete_resource_server(**server)


def test_users_sign_in_with_the_shared_signing_key(cognito: Any) -> None:
    tokens = [_sign_in(cognito, create_pool(cognito)["Id"]) for _ in range(2)]
    assert len(set(tokens)) == 2


def test_what_moto_does_not_implement_fails_at_once(cognito: Any) -> None:
    with pytest.raises(ClientError) as caught:
        cognito.describe_risk_configuration(UserPoolId=create_pool(cognito)["Id"])
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def _sign_in(cognito: Any, pool_id: str) -> str:
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="app", ExplicitAuthFlows=flows)
    cognito.admin_create_user(UserPoolId=pool_id, Username="anna")
    cognito.admin_set_user_password(UserPoolId=pool_id, Username="anna", Password="Secret-123", Permanent=True)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool_id,
        ClientId=client["UserPoolClient"]["ClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "anna", "PASSWORD": "Secret-123"},
    )
    token: str = answer["AuthenticationResult"]["IdToken"]
    return token
