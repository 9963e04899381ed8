from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from pipeline.values.tier_config import addresses, problems, tenant_tag
from tenant_stack.cdk import App, TerraformElement
from tenant_stack.stack import TenantStack
from tenant_stack.tiers import TIERS, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.json_types import Json, JsonObject

BASIC_ADDRESSES = {
    "aws_cognito_user_pool.users",
    "aws_cognito_user_pool_client.application",
    "aws_dynamodb_table.orders",
    "aws_dynamodb_table.sessions",
    "aws_iam_role.application",
    "aws_iam_role_policy.application",
    "aws_ssm_parameter.role_arn",
    "aws_ssm_parameter.tables_orders",
    "aws_ssm_parameter.tables_sessions",
    "aws_ssm_parameter.user_pool_client_id",
    "aws_ssm_parameter.user_pool_client_secret",
    "aws_ssm_parameter.user_pool_id",
}

# An address that goes from here is a resource that every tenant loses: docs/template.md says how to move one.
ADDRESSES = {
    "basic": BASIC_ADDRESSES,
    "premium": BASIC_ADDRESSES
    | {
        "aws_kms_alias.tenant",
        "aws_kms_key.tenant",
        "aws_s3_bucket.files",
        "aws_s3_bucket_lifecycle_configuration.files",
        "aws_s3_bucket_ownership_controls.files",
        "aws_s3_bucket_policy.files",
        "aws_s3_bucket_public_access_block.files",
        "aws_s3_bucket_server_side_encryption_configuration.files",
        "aws_s3_bucket_versioning.files",
        "aws_ssm_parameter.bucket",
        "aws_ssm_parameter.key_arn",
    },
}

BASIC_OUTPUTS = {
    "parameter_path",
    "role_arn",
    "tables_orders",
    "tables_sessions",
    "user_pool_client_id",
    "user_pool_client_secret",
    "user_pool_id",
}

OUTPUTS = {"basic": BASIC_OUTPUTS, "premium": BASIC_OUTPUTS | {"bucket", "key_arn"}}

# What the application may reach: resources of this state, and the tenant's own path.
OWN_RESOURCE = re.compile(
    r"\$\{aws_\w+\.\w+\.arn\}(/\*|/index/\*)?"
    r"|arn:[^/]+:parameter/\$\{var\.application\}/tenants/\$\{var\.tenant_id\}(/\*)?"
)


def strings(document: Json) -> Iterator[str]:
    """Give every string in a document, keys included."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from strings(value)
    elif isinstance(document, list):
        for item in document:
            yield from strings(item)


def statements(config: JsonObject) -> list[JsonObject]:
    policy = json.loads(config["resource"]["aws_iam_role_policy"]["application"]["policy"])
    found: list[JsonObject] = policy["Statement"]
    return found


@pytest.mark.parametrize("tier", ADDRESSES)
def test_addresses_are_these(configs: dict[str, JsonObject], tier: str) -> None:
    assert set(addresses(configs[tier])) == ADDRESSES[tier]


@pytest.mark.parametrize("tier", OUTPUTS)
def test_outputs_are_these_and_the_secret_is_sensitive(configs: dict[str, JsonObject], tier: str) -> None:
    outputs = configs[tier]["output"]

    assert set(outputs) == OUTPUTS[tier]
    assert [name for name, block in outputs.items() if block.get("sensitive")] == ["user_pool_client_secret"]


def test_there_is_one_stack_per_tier(configs: dict[str, JsonObject]) -> None:
    assert set(configs) - {"management"} == {tier.name for tier in TIERS} == set(ADDRESSES)


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name)
def test_no_element_silently_replaces_another(tier: Tier, tmp_path: Path) -> None:
    stack = TenantStack(App(outdir=str(tmp_path)), tier.name, tier=tier)

    elements = [element for element in stack.node.find_all() if isinstance(element, TerraformElement)]
    count = Counter((type(element).__name__, element.friendly_unique_id) for element in elements)

    assert len(count) > len(ADDRESSES[tier.name])
    assert [name for name, times in count.items() if times > 1] == []


def test_the_pipeline_finds_nothing_to_object_to(config: JsonObject) -> None:
    assert problems(config) == []
    assert tenant_tag(config) == "tenant"


def test_default_tags_say_whose_it_is(configs: dict[str, JsonObject]) -> None:
    (provider,) = configs["premium"]["provider"]["aws"]

    assert provider["default_tags"] == [
        {
            "tags": {
                "application": "${var.application}",
                "managed-by": "tenant-pipeline",
                "tenant": "${var.tenant_id}",
                "tier": "premium",
            }
        }
    ]


def test_the_provider_is_told_what_differs_between_tenants_and_no_more(config: JsonObject) -> None:
    (provider,) = config["provider"]["aws"]

    assert provider.keys() == {"region", "default_tags", "dynamic"}
    assert provider["region"] == "${var.region}"
    assert provider["dynamic"].keys() == {"assume_role"}


def test_versions_are_ranges_and_the_backend_is_no_path_of_a_machine(config: JsonObject) -> None:
    assert config["terraform"] == {
        "backend": {"local": {"path": "terraform.tfstate"}},
        "required_providers": {"aws": {"source": "aws", "version": ">= 5.46, < 7.0"}},
        "required_version": ">= 1.10",
    }


def test_what_holds_data_or_identity_is_protected_in_every_tier(config: JsonObject) -> None:
    assert config["locals"]["protected_types"] == [
        "aws_cognito_user_pool",
        "aws_dynamodb_table",
        "aws_kms_key",
        "aws_s3_bucket",
    ]


def test_tables_can_be_restored_and_are_encrypted(config: JsonObject) -> None:
    for table in config["resource"]["aws_dynamodb_table"].values():
        assert table["point_in_time_recovery"] == {"enabled": True}
        assert table["server_side_encryption"]["enabled"] is True
        assert table["deletion_protection_enabled"] == "${var.deletion_protection}"
        assert table["global_secondary_index"]


def test_sessions_expire(config: JsonObject) -> None:
    assert config["resource"]["aws_dynamodb_table"]["sessions"]["ttl"] == {
        "attribute_name": "expires_at",
        "enabled": True,
    }


def test_a_premium_tenants_key_encrypts_all_that_holds_data(configs: dict[str, JsonObject]) -> None:
    resources, key = configs["premium"]["resource"], "${aws_kms_key.tenant.arn}"
    bucket = resources["aws_s3_bucket_server_side_encryption_configuration"]["files"]["rule"][0]

    assert {table["server_side_encryption"]["kms_key_arn"] for table in resources["aws_dynamodb_table"].values()} == {
        key
    }
    assert bucket["apply_server_side_encryption_by_default"] == {"kms_master_key_id": key, "sse_algorithm": "aws:kms"}
    assert resources["aws_ssm_parameter"]["user_pool_client_secret"]["key_id"] == key


def test_a_basic_tenant_has_no_key_anywhere(configs: dict[str, JsonObject]) -> None:
    assert [text for text in strings(configs["basic"]) if "aws_kms_key." in text or text == "kms_key_arn"] == []


def test_the_bucket_is_private_versioned_and_by_tls_only(configs: dict[str, JsonObject]) -> None:
    resources = configs["premium"]["resource"]
    block = resources["aws_s3_bucket_public_access_block"]["files"]

    assert all(block[name] for name in block if name.startswith(("block", "ignore", "restrict")))
    assert resources["aws_s3_bucket_versioning"]["files"]["versioning_configuration"] == {"status": "Enabled"}
    assert "aws:SecureTransport" in resources["aws_s3_bucket_policy"]["files"]["policy"]
    assert resources["aws_s3_bucket"]["files"]["force_destroy"] == "${!var.deletion_protection}"


def test_the_application_reaches_this_tenants_resources_only(config: JsonObject) -> None:
    resources = [
        resource
        for statement in statements(config)
        for resource in (statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]])
    ]

    assert resources
    assert [resource for resource in resources if not OWN_RESOURCE.fullmatch(resource)] == []


def test_secrets_are_stored_encrypted(config: JsonObject) -> None:
    kinds = {name: block["type"] for name, block in config["resource"]["aws_ssm_parameter"].items()}

    assert {name for name, kind in kinds.items() if kind == "SecureString"} == {"user_pool_client_secret"}


def test_names_and_paths_carry_the_tenant(config: JsonObject) -> None:
    named = ("name", "bucket")
    names = [
        block[key]
        for kind, blocks in config["resource"].items()
        if kind != "aws_iam_role_policy"  # its name is within the role
        for block in blocks.values()
        for key in named
        if key in block and not block[key].startswith("${aws_")
    ]

    prefixes = ("${var.application}-${var.tenant_id}-", "/${var.application}/tenants/${var.tenant_id}/")
    assert len(names) >= len(config["resource"]["aws_ssm_parameter"]) + 5
    assert [name for name in names if not name.removeprefix("alias/").startswith(prefixes)] == []


@pytest.mark.parametrize(
    ("kind", "argument", "most"),
    [
        ("aws_cognito_user_pool", "name", 128),
        ("aws_cognito_user_pool_client", "name", 128),
        ("aws_dynamodb_table", "name", 255),
        ("aws_iam_role", "name", 64),
        ("aws_kms_alias", "name", 256),
        ("aws_s3_bucket", "bucket", 63),
        ("aws_ssm_parameter", "name", 1011),
    ],
)
def test_the_longest_names_fit(configs: dict[str, JsonObject], kind: str, argument: str, most: int) -> None:
    longest = {"application": "a" * 10, "tenant_id": "t" * 32, "account_id": "1" * 12}

    for block in configs["premium"]["resource"][kind].values():
        name = re.sub(r"\$\{[\w.]*\.(\w+)\}", lambda match: longest[match[1]], block[argument])
        assert len(name) <= most
