from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.values.guard import Guard
from pipeline.values.plan import Action
from pipeline.values.tier_config import describe
from tests.pipeline.plans import CONFIG, POLICY, TIER, change, named, plan, policy, statement, table_arn

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject

ROLE_POLICY = "aws_iam_role_policy.application"
PARAMETERS = "arn:aws:ssm:eu-central-1:123456789012:parameter"


def reasons(tenant: str, after: JsonObject, address: str = ROLE_POLICY, **more: Any) -> tuple[str, ...]:
    """Say why a tenant's update is held, in a registry of a few tenants."""
    made = plan(change(address, Action.UPDATE, {}, after, **more))
    return Guard().reasons(made, named(tenant), TIER, is_tenant={"acme", "acme-eu", "globex"}.__contains__)


def own_policy(tenant: str) -> str:
    own = statement(table_arn(tenant), f"{table_arn(tenant)}/index/*")
    return policy(own, statement(f"{PARAMETERS}/app/tenants/{tenant}/*", "arn:aws:s3:::shared-assets/*", "*"))


# The ids are prefixes of each other, words of the template, regions; some could be read as parts of others' names.
@pytest.mark.parametrize("tenant", ["acme", "acme-eu", "app", "orders", "eu", "eu-central-1", "acme-orders", "files"])
def test_a_tenants_own_names_pass(tenant: str) -> None:
    after = {
        "policy": own_policy(tenant),
        "name": f"app-{tenant}-application",
        "bucket": f"app-{tenant}-files-123456789012",
        "path": f"/app/tenants/{tenant}/bucket",
        "url": f"https://app-{tenant}-files-123456789012.s3.eu-central-1.amazonaws.com/x",
        "user_pool": "eu-central-1_AbCdEf",
        "key": "arn:aws:kms:eu-central-1:123456789012:key/0b1c5d5e-1111-2222-3333-444444444444",
        "tags_all": {"tenant": tenant, "application": "app"},
    }

    assert reasons(tenant, after) == ()


@pytest.mark.parametrize(("tenant", "other"), [("acme", "globex"), ("acme", "acme-eu"), ("acme-eu", "acme")])
@pytest.mark.parametrize(
    "leak",
    [
        "arn:aws:dynamodb:eu-central-1:123456789012:table/app-{}-orders",
        "arn:aws:dynamodb:eu-central-1:123456789012:table/app-{}-orders/index/*",
        "arn:aws:s3:::app-{}-files-123456789012/*",
        "arn:aws:iam::123456789012:role/app-{}-application",
        "arn:aws:ssm:eu-central-1:123456789012:parameter/app/tenants/{}/bucket",
        "arn:aws:ssm:eu-central-1:123456789012:parameter/app/tenants/{}/*",
        "For {}",
    ],
)
def test_another_tenants_names_are_held(leak: str, tenant: str, other: str) -> None:
    leaked = leak.format(other)

    for after in ({"policy": policy(statement(table_arn(tenant), leaked))}, {"value": leaked}, {"a": [{"b": leaked}]}):
        (reason, *_) = reasons(tenant, after)
        assert reason.startswith(f"{ROLE_POLICY} names ")
        assert reason.endswith(f" of tenant {other}")


def test_what_only_looks_like_a_tenants_name_is_asked_of_the_registry() -> None:
    """The group of a tenant is called `app-<id>`, and so is much that no tenant has."""
    assert reasons("acme", {"members": ["app-deployers", "app-acme"]}) == ()
    assert reasons("acme", {"members": ["app-globex"]}) == (f"{ROLE_POLICY} names app-globex of tenant globex",)


def test_a_leak_inside_json_inside_json_is_found() -> None:
    inner = policy(statement(table_arn("globex")))

    assert reasons("acme", {"definition": json.dumps({"document": inner})}) == (
        f"{ROLE_POLICY} names app-globex-orders of tenant globex",
    )


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:dynamodb:*:*:table/*",
        "arn:aws:dynamodb:eu-central-1:123456789012:table/app-*",
        "arn:aws:dynamodb:eu-central-1:123456789012:table/app-acme*",
        "arn:aws:dynamodb:eu-central-1:123456789012:table/app-*-orders/index/*",
        "arn:aws:dynamodb:eu-central-1:123456789012:*",
        "arn:aws:s3:::app-*/*",
        "arn:aws:s3:::*",
        "arn:aws:iam::123456789012:role/app-*",
        "arn:aws:ssm:eu-central-1:123456789012:parameter/app/*",
        "arn:aws:ssm:eu-central-1:123456789012:parameter/app/tenants/acme*",
    ],
)
def test_a_wildcard_that_reaches_other_tenants_is_held(resource: str) -> None:
    assert reasons("acme", {"policy": policy(statement(table_arn("acme"), resource))}) == (
        f"{ROLE_POLICY} allows {resource}, which is other tenants' too",
    )


@pytest.mark.parametrize(
    "allowed",
    [
        statement("*"),
        statement("arn:aws:s3:::shared-assets/*", "arn:aws:dynamodb:*:*:table/shared-*", "arn:aws:iam::*:policy/app-*"),
        statement("arn:aws:ssm:*:*:parameter/app/tenants/acme/*", "arn:aws:logs:*:*:log-group:/aws/lambda/app-*"),
        statement("arn:aws:dynamodb:*:*:table/*", Effect="Deny"),
        statement("arn:aws:dynamodb:*:*:table/*", Condition={"StringEquals": {"aws:ResourceTag/tenant": "acme"}}),
    ],
)
def test_other_wildcards_pass(allowed: JsonObject) -> None:
    assert reasons("acme", {"policy": policy(allowed)}) == ()


def test_another_tenants_tag_is_held() -> None:
    assert reasons("acme", {"tags_all": {"tenant": "globex"}, "tags": None}) == (
        f"{ROLE_POLICY} is tagged tenant=globex",
    )


def test_a_leak_in_a_policy_that_is_not_known_yet_is_found_in_the_template() -> None:
    """A new tenant's ARNs are unknown, and with one of them the whole policy is."""
    leaking = json.loads(json.dumps(CONFIG))
    leaked = POLICY.replace('"${aws_dynamodb_table.orders.arn}",', f'"{table_arn("globex")}",')
    leaking["resource"]["aws_iam_role_policy"]["application"]["policy"] = leaked
    new = plan(change(ROLE_POLICY, Action.CREATE, None, {"name": "tenant"}, unknown=[("policy",)]))

    assert Guard().reasons(new, named("acme"), TIER) == ()
    assert Guard().reasons(new, named("acme"), describe("basic", "", leaking)) == (
        f"{ROLE_POLICY} names app-globex-orders of tenant globex",
    )
    assert Guard().reasons(new, named("globex"), describe("basic", "", leaking)) == ()


def test_what_is_let_be_or_goes_is_not_looked_at() -> None:
    leaked = {"policy": policy(statement(table_arn("globex")))}
    quiet = plan(change(ROLE_POLICY, Action.NO_OP, leaked, leaked), change(f"{ROLE_POLICY}[0]", Action.DELETE, leaked))

    assert Guard().reasons(quiet, named("acme"), TIER) == ()
