from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.values.guard import Guard
from pipeline.values.plan import Action
from pipeline.values.tier_config import describe
from tests.pipeline.plans import (
    CONFIG,
    POLICY,
    TEMPLATE,
    change,
    manifest_of,
    named,
    plan,
    policy,
    statement,
    table_arn,
)

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from pipeline.values.manifest import Manifest

ROLE_POLICY = "aws_iam_role_policy.application"
PARAMETERS = "arn:aws:ssm:eu-central-1:123456789012:parameter"


def reasons(tenant: str, after: JsonObject, address: str = ROLE_POLICY, **more: Any) -> tuple[str, ...]:
    """Say why a tenant's update is held, in a registry of a few tenants."""
    made = plan(change(address, Action.UPDATE, {}, after, **more))
    return Guard().reasons(made, named(tenant), TEMPLATE, is_tenant={"acme", "acme-eu", "globex"}.__contains__)


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


DOCUMENT = "data.aws_iam_policy_document.application"


def block(*resources: str | None, **more: Any) -> JsonObject:
    """Give the block that makes a statement, as a plan has it."""
    return {"actions": ["x:*"], "resources": list(resources), "effect": None, "condition": [], **more}


def document_reasons(template: Manifest, *statements: JsonObject) -> tuple[str, ...]:
    """Say why a new tenant is held: one of the ARNs is unknown, so the document can be read only at the apply."""
    unknown = [("json",), ("statement", 0, "resources", 0)]
    read = change(DOCUMENT, Action.READ, None, {"statement": list(statements)}, unknown=unknown)
    made = change(ROLE_POLICY, Action.CREATE, None, {"name": "tenant"}, unknown=[("policy",)])
    return Guard().reasons(plan(read, made), named("acme"), template)


def test_a_policy_document_that_is_read_later_is_looked_at() -> None:
    leaked, reaching = table_arn("globex"), "arn:aws:dynamodb:*:*:table/app-*"

    assert document_reasons(TEMPLATE, block(None, leaked, reaching, "*")) == (
        f"{DOCUMENT} names app-globex-orders of tenant globex",
        f"{DOCUMENT} allows {reaching}, which is other tenants' too",
    )
    bound = {"test": "StringEquals", "variable": "aws:ResourceTag/tenant", "values": ["acme"]}
    assert document_reasons(TEMPLATE, block(None), block(reaching, effect="Deny")) == ()
    assert document_reasons(TEMPLATE, block(None), block(reaching, condition=[bound])) == ()


def test_what_a_policy_document_makes_of_an_unknown_value_is_looked_at() -> None:
    reaching = "arn:aws:s3:::app-*-${aws_s3_bucket.other.id}"
    config = {**CONFIG, "data": {"aws_iam_policy_document": {"application": {"statement": [block(reaching)]}}}}

    assert document_reasons(manifest_of(describe("basic", "", config)), block(None)) == ()
    reaching = "arn:aws:s3:::app-*/${aws_s3_bucket.other.id}"
    config = {**CONFIG, "data": {"aws_iam_policy_document": {"application": {"statement": [block(reaching)]}}}}
    assert document_reasons(manifest_of(describe("basic", "", config)), block(None)) == (
        f"{DOCUMENT} allows arn:aws:s3:::app-*/\N{OBJECT REPLACEMENT CHARACTER}, which is other tenants' too",
    )


def test_the_names_of_all_tiers_are_looked_for() -> None:
    """A tenant of a tier without buckets must not reach those of the tiers that have them."""
    small = {**CONFIG, "resource": {k: v for k, v in CONFIG["resource"].items() if k != "aws_s3_bucket"}}
    template = manifest_of(describe("basic", "", small), describe("premium", "", CONFIG))
    resources = ("arn:aws:s3:::app-*/*", "arn:aws:s3:::app-globex-files-123456789012/*")
    made = plan(change(ROLE_POLICY, Action.UPDATE, {}, {"policy": policy(statement(*resources))}))

    assert Guard().reasons(made, named("acme"), template) == (
        f"{ROLE_POLICY} names app-globex-files-123456789012 of tenant globex",
        f"{ROLE_POLICY} allows arn:aws:s3:::app-*/*, which is other tenants' too",
    )


@pytest.mark.parametrize(
    ("kind", "attribute", "name", "resource"),
    [
        ("aws_cloudwatch_log_group", "name", "/app/{}/web", "logs:*:*:log-group:/app/*"),
        ("aws_cloudwatch_log_group", "name", "/app/{}/web", "logs:*:*:log-group:/app/*:*"),
        ("aws_cloudwatch_log_group", "name", "/app/{}/web", "logs:*:*:log-*"),
        ("aws_cloudwatch_event_rule", "name", "app-{}-nightly", "events:*:*:rule/app-*"),
        ("aws_cloudwatch_event_bus", "name", "app-{}-bus", "events:*:*:event-bus/app-*"),
        ("aws_cloudwatch_metric_alarm", "alarm_name", "app-{}-errors", "cloudwatch:*:*:alarm:app-*"),
        ("aws_sfn_state_machine", "name", "app-{}-orders", "states:*:*:stateMachine:app-*"),
        ("aws_lambda_function", "function_name", "app-{}-work", "lambda:*:*:function:app-*-work"),
        ("aws_secretsmanager_secret", "name", "app-{}-key", "secretsmanager:*:*:secret:app-*-key-??????"),
        ("aws_kms_alias", "name", "alias/app-{}", "kms:*:*:alias/app-*"),
        ("aws_kinesis_firehose_delivery_stream", "name", "app-{}-in", "firehose:*:*:deliverystream/app-*"),
        ("aws_opensearch_domain", "domain_name", "app-{}-search", "es:*:*:domain/app-*"),
        ("aws_db_instance", "identifier", "app-{}-main", "rds:*:*:db:app-*"),
        ("aws_sns_topic", "name", "app-{}-mail", "sns:*:*:app-*-mail"),
    ],
)
@pytest.mark.parametrize("place", ["template", "module"])
def test_a_wildcard_is_held_whatever_arns_call_its_service(
    kind: str, attribute: str, name: str, resource: str, place: str
) -> None:
    """A name that a module makes is in the plan alone."""
    allowing = change(ROLE_POLICY, Action.UPDATE, {}, {"policy": policy(statement(f"arn:aws:{resource}"))})
    spelled = {attribute: name.format("${var.tenant_id}")}
    config = {**CONFIG, "resource": {kind: {"x": spelled}} if place == "template" else {}}
    existing = {attribute: name.format("acme"), "arn": "x"}
    made = plan(allowing, change(f"module.x.{kind}.x", Action.NO_OP, existing, existing))

    assert Guard().reasons(made, named("acme"), manifest_of(describe("basic", "", config))) == (
        f"{ROLE_POLICY} allows arn:aws:{resource}, which is other tenants' too",
    )


def test_a_name_that_a_module_makes_is_held_where_it_is_anothers() -> None:
    """Its own names in the plan do not excuse what the template says is another tenant's."""
    topic = {"name": "corp-acme-mail", "topic_name": "app-acme-eu-orders"}
    own, leaked = "arn:aws:sns:*:*:corp-acme-mail", "arn:aws:sns:*:*:corp-acme-eu-mail"
    allowing = change(ROLE_POLICY, Action.UPDATE, {}, {"policy": policy(statement(own, leaked))})
    made = plan(allowing, change("module.mail.aws_sns_topic.this", Action.CREATE, None, topic))

    assert Guard().reasons(made, named("acme"), TEMPLATE) == (
        f"{ROLE_POLICY} names corp-acme-eu-mail of tenant acme-eu",
        "module.mail.aws_sns_topic.this names app-acme-eu-orders of tenant acme-eu",
    )


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

    assert Guard().reasons(new, named("acme"), TEMPLATE) == ()
    assert Guard().reasons(new, named("acme"), manifest_of(describe("basic", "", leaking))) == (
        f"{ROLE_POLICY} names app-globex-orders of tenant globex",
    )
    assert Guard().reasons(new, named("globex"), manifest_of(describe("basic", "", leaking))) == ()


def test_what_is_let_be_or_goes_is_not_looked_at() -> None:
    leaked = {"policy": policy(statement(table_arn("globex")))}
    quiet = plan(change(ROLE_POLICY, Action.NO_OP, leaked, leaked), change(f"{ROLE_POLICY}[0]", Action.DELETE, leaked))

    assert Guard().reasons(quiet, named("acme"), TEMPLATE) == ()
