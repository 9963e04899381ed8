from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.conformance.sandbox import Sandbox, running_sandbox
from tests.conformance.terraform import Terraform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLE: Final = "arn:aws:iam::123456789012:role/r"
FUNCTION: Final = "arn:aws:lambda:eu-central-1:123456789012:function:f"
OTHER_FUNCTION: Final = FUNCTION + "2"
CERTIFICATE: Final = "arn:aws:acm:us-east-1:123456789012:certificate/c"
POOL_ID: Final = "${aws_cognito_user_pool.p.id}"

LIVES: Final[dict[str, tuple[str, dict[str, Any], dict[str, Any]]]] = {
    "aws_cognito_user_group": (
        "{id}",
        {"name": "g", "user_pool_id": POOL_ID, "role_arn": ROLE},
        {"name": "g", "user_pool_id": POOL_ID, "role_arn": ROLE, "description": "d", "precedence": 3},
    ),
    "aws_cognito_user": (
        "{id}",
        {"username": "u", "user_pool_id": POOL_ID, "attributes": {"email": "u@example.com", "org": "a"}},
        {"username": "u", "user_pool_id": POOL_ID, "attributes": {"email": "v@example.com"}, "enabled": False},
    ),
    "aws_cognito_resource_server": (
        "{id}",
        {"identifier": "api", "name": "API", "user_pool_id": POOL_ID},
        {
            "identifier": "api",
            "name": "API",
            "user_pool_id": POOL_ID,
            "scope": [{"scope_name": "read", "scope_description": "to read"}],
        },
    ),
    "aws_cognito_user_pool_domain": (
        "{id}",
        {"domain": "sign-in.example.com", "user_pool_id": POOL_ID, "certificate_arn": CERTIFICATE},
        {"domain": "sign-in.example.com", "user_pool_id": POOL_ID, "certificate_arn": CERTIFICATE + "2"},
    ),
    "aws_cognito_identity_provider": (
        "{id}",
        {
            "provider_name": "Google",
            "provider_type": "Google",
            "user_pool_id": POOL_ID,
            "provider_details": {"authorize_scopes": "email", "client_id": "i", "client_secret": "s"},
        },
        {
            "provider_name": "Google",
            "provider_type": "Google",
            "user_pool_id": POOL_ID,
            "provider_details": {"authorize_scopes": "email openid", "client_id": "i", "client_secret": "s"},
            "attribute_mapping": {"email": "email"},
        },
    ),
    "aws_cognito_identity_pool": (
        "{id}",
        {"identity_pool_name": "pool", "allow_classic_flow": True, "tags": {"a": "1"}},
        {
            "identity_pool_name": "pool",
            "allow_unauthenticated_identities": True,
            "cognito_identity_providers": [{"client_id": "c", "provider_name": "cognito-idp.eu-central-1/p"}],
            "supported_login_providers": {"graph.facebook.com": "1"},
            "tags": {"b": "2"},
        },
    ),
    "aws_cognito_user_pool_client": (
        "{user_pool_id}/{id}",
        {
            "name": "c",
            "user_pool_id": POOL_ID,
            "callback_urls": ["https://example.com/b", "https://example.com/a"],
            "allowed_oauth_flows": ["code"],
            "token_validity_units": {"access_token": "minutes"},
            "access_token_validity": 30,
        },
        {
            "name": "d",
            "user_pool_id": POOL_ID,
            "callback_urls": [],
            "allowed_oauth_flows": ["implicit"],
            "enable_token_revocation": False,
            "access_token_validity": 2,
            "analytics_configuration": {"application_id": "a", "external_id": "e", "role_arn": ROLE},
        },
    ),
}
AGE: Final = {
    "name": "age",
    "attribute_data_type": "Number",
    "mutable": True,
    "number_attribute_constraints": {"min_value": "1"},
}
POOL: Final = {
    "name": "p",
    "schema": [
        {"name": "org", "attribute_data_type": "String", "mutable": True, "string_attribute_constraints": {}},
        {"name": "email", "attribute_data_type": "String", "mutable": True, "required": True},
    ],
}
POOLS: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "triggers": (
        {"lambda_config": {"pre_sign_up": FUNCTION, "pre_token_generation": FUNCTION}},
        {"lambda_config": {"pre_token_generation": OTHER_FUNCTION}},
    ),
    "messages": (
        {"email_verification_message": "Code: {####}", "sms_authentication_message": "Code: {####}"},
        {"email_verification_message": "Your code: {####}", "email_verification_subject": "Welcome"},
    ),
    "second factors": (
        {"mfa_configuration": "OPTIONAL", "software_token_mfa_configuration": {"enabled": True}},
        {
            "mfa_configuration": "ON",
            "sms_configuration": {"external_id": "e", "sns_caller_arn": ROLE},
            "software_token_mfa_configuration": {"enabled": True},
        },
    ),
    "devices, names and add-ons": (
        {
            "device_configuration": {"challenge_required_on_new_device": True},
            "username_configuration": {"case_sensitive": False},
            "user_pool_add_ons": {"advanced_security_mode": "AUDIT"},
        },
        {
            "device_configuration": {"device_only_remembered_on_user_prompt": True},
            "username_configuration": {"case_sensitive": False},
            "user_pool_add_ons": {"advanced_security_mode": "OFF"},
            "tags": {"a": "1"},
        },
    ),
    "attributes to verify": (
        {
            "auto_verified_attributes": ["email"],
            "user_attribute_update_settings": {"attributes_require_verification_before_update": ["email"]},
        },
        {"auto_verified_attributes": ["email"]},
    ),
    "one more attribute": (
        {"schema": [POOL["schema"][0]]},
        {"schema": [POOL["schema"][0], AGE]},
    ),
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def terraform(sandbox: Sandbox, tmp_path: Path) -> Terraform:
    sandbox.reset()
    return Terraform(directory=tmp_path, sandbox=sandbox)


def converge(terraform: Terraform, **resources: dict[str, Any]) -> Any:
    terraform.configure({"resource": {name: {"p": arguments} for name, arguments in resources.items()}})
    terraform.plan()
    log = terraform.directory / "terraform.log"
    assert terraform.apply() == "ok", log.read_text()
    assert terraform.plan()["changes"] == []
    return terraform.state()


@pytest.mark.parametrize("name", LIVES)
def test_is_created_changed_imported_and_destroyed(name: str, terraform: Terraform) -> None:
    identifier, first, second = LIVES[name]
    created = converge(terraform, aws_cognito_user_pool=POOL, **{name: first})
    changed = converge(terraform, aws_cognito_user_pool=POOL, **{name: second})
    address = f"{name}.p"
    assert changed[address]["id"] == created[address]["id"]

    assert terraform.reimport(address, identifier.format_map(changed[address])) == "ok"
    assert terraform.plan()["changes"] == []
    assert terraform.destroy() == "ok"


@pytest.mark.parametrize("name", POOLS)
def test_a_pool_is_changed_in_place(name: str, terraform: Terraform) -> None:
    first, second = POOLS[name]
    created = converge(terraform, aws_cognito_user_pool={"name": "p"} | first)
    changed = converge(terraform, aws_cognito_user_pool={"name": "p"} | second)
    assert changed["aws_cognito_user_pool.p"]["id"] == created["aws_cognito_user_pool.p"]["id"]
