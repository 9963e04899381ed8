from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.values.plan import Action, OutputChange
from pipeline.values.plan_class import PlanClass, classify
from pipeline.values.tenant_names import TenantNames
from tests.pipeline.plans import TEMPLATE, change, named, plan, policy, statement, table_arn

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from pipeline.values.plan import Plan
    from pipeline.values.tenant import Tenant

TABLE = "aws_dynamodb_table.orders"
POLICY = "aws_iam_role_policy.application"
IDS = ["acme", "acme-eu", "globex", "app", "orders", "a1", "eu", "table"]


def class_of(made: Plan, tenant: Tenant) -> PlanClass:
    return classify(made, tenant, TenantNames(tenant, TEMPLATE))


def existing(tenant: str, number: int) -> dict[str, Any]:
    return {
        "name": f"app-{tenant}-orders",
        "arn": table_arn(tenant),
        "id": f"app-{tenant}-orders",
        "stream": str(number),
    }


def update(tenant: str, number: int, *, ttl: int = 2, extra: str = "") -> Plan:
    """Plan a change of a table's setting and of the policy that names it."""
    table = existing(tenant, number)
    pool = f"arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_Pool{number}"
    old = policy(statement(table["arn"]))
    new = policy(statement(table["arn"], f"{table['arn']}/index/*", pool, *filter(None, [extra])))
    return plan(
        change(TABLE, before={**table, "ttl": 1}, after={**table, "ttl": ttl}),
        change("aws_cognito_user_pool.users", Action.NO_OP, {"arn": pool}, {"arn": pool}),
        change(POLICY, before={"policy": old}, after={"policy": new}),
    )


def test_alike_changes_are_one_class_whoever_the_tenant_is() -> None:
    classes = {class_of(update(tenant, number), named(tenant)).digest for number, tenant in enumerate(IDS)}

    assert len(classes) == 1


def test_a_class_reads_like_the_template() -> None:
    table, access = class_of(update("acme", 1), named("acme")).changes

    assert [(a.name, a.before, a.after) for a in table.attributes] == [("ttl", 1, 2)]
    assert [(a.name, a.before, a.after) for a in access.attributes] == [
        ("policy.Statement[0].Resource[1]", None, f"${{{TABLE}.arn}}/index/*"),
        ("policy.Statement[0].Resource[2]", None, "${aws_cognito_user_pool.users.arn}"),
    ]


@pytest.mark.parametrize(
    "doctored",
    [update("acme", 1, ttl=3), update("acme", 1, extra=table_arn("globex")), plan(change(TABLE, Action.DELETE))],
)
def test_another_change_is_another_class(doctored: Plan) -> None:
    assert class_of(doctored, named("acme")).digest != class_of(update("acme", 1), named("acme")).digest


def creation(tenant: str, region: str, domain: str) -> Plan:
    table = {"name": f"app-{tenant}-orders", "region": region, "domain": f"https://{domain}/x"}
    parameter = {"name": f"/app/tenants/{tenant}/bucket", "tags_all": {"tenant": tenant}}
    return plan(
        change(TABLE, Action.CREATE, None, table, unknown=[("arn",), ("id",)]),
        change("aws_ssm_parameter.bucket", Action.CREATE, None, parameter),
    )


def test_regions_and_inputs_that_identify_are_taken_out() -> None:
    classes = [
        class_of(creation(name, region, domain), replace(named(name, domain=domain), region=region))
        for name, region, domain in (("acme", "eu-central-1", "acme.com"), ("orders", "us-east-1", "shop.example.org"))
    ]

    assert classes[0] == classes[1]
    assert [(a.name, a.after) for a in classes[0].changes[0].attributes] == [
        ("domain", "https://${var.domain}/x"),
        ("name", "app-${var.tenant_id}-orders"),
        ("region", "${var.region}"),
    ]


def subscriptions(*mails: str, kind: Action = Action.UPDATE) -> Plan:
    """Plan what a module makes for each address of an input."""
    changes = []
    for mail in mails:
        before = {"endpoint": mail, "arn": f"arn:aws:sns:eu-central-1:123456789012:mail:{mail}", "raw": False}
        made = change(f'module.mail["{mail}"].aws_sns_topic_subscription.this', kind, before, before | {"raw": True})
        changes.append(made)
    topic = change("aws_sns_topic.mail", before={"display_name": "-"}, after={"display_name": f"to {mails[0]}"})
    return plan(*changes, topic)


def test_what_there_is_for_each_part_of_an_input_is_one_class() -> None:
    made = {"acme": ("a@acme.example", "z@acme.example"), "globex": ("y@globex.example", "b@globex.example")}
    one, other = (class_of(subscriptions(*mails), named(name, mails=list(mails))) for name, mails in made.items())

    assert one == other
    assert [c.address for c in one.changes] == [
        'module.mail["${var.mails[*]}"].aws_sns_topic_subscription.this',
        'module.mail["${var.mails[*]}"].aws_sns_topic_subscription.this',
        "aws_sns_topic.mail",
    ]
    assert one.changes[2].attributes[0].after == "to ${var.mails[*]}"
    assert "example" not in repr(one)


def users(*names: str) -> Plan:
    return plan(
        *(
            change(
                f'aws_iam_user.staff["{name}"]',
                Action.CREATE,
                None,
                {"name": f"staff-{name}", "tags": {"of": name}, "path": "/staff/"},
            )
            for name in names
        )
    )


def test_keys_are_taken_out_though_they_are_plain_words() -> None:
    one, other = (
        class_of(users(name), named(tenant, staff={name: {"mail": mail}}))
        for tenant, name, mail in (("acme", "ann", "ann@a.example"), ("globex", "bob", "b@b.example"))
    )

    assert one == other
    assert one.changes[0].address == 'aws_iam_user.staff["${keys(var.staff)[*]}"]'
    assert [(a.name, a.after) for a in one.changes[0].attributes] == [
        ("name", "staff-${keys(var.staff)[*]}"),
        ("path", "/staff/"),
        ("tags", {"of": "${keys(var.staff)[*]}"}),
    ]


def test_keys_that_no_input_has_stay() -> None:
    one, other = (class_of(users(name), named("acme", staff=["x"])) for name in ("ann", "bob"))

    assert one != other


def replacement(tenant: str, number: int) -> Plan:
    before = existing(tenant, number)
    after = {"name": f"app-{tenant}-renamed"}
    unknown = [("arn",), ("id",), ("stream",)]
    return plan(change(TABLE, Action.REPLACE, before, after, unknown=unknown, replace_paths=[("name",)]))


def test_of_a_replacement_only_what_it_comes_from_is_told() -> None:
    one, other = (class_of(replacement(name, n), named(name)) for n, name in enumerate(("acme", "globex")))

    assert one == other
    (attribute,) = one.changes[0].attributes
    assert (attribute.name, attribute.after, attribute.forces_replacement) == (
        "name",
        "app-${var.tenant_id}-renamed",
        True,
    )
    assert one.worst_action is Action.REPLACE


def secret(value: str) -> Plan:
    marked: JsonObject = {"password": value, "copy": f"x-{value}"}
    output = OutputChange(
        name="o", action=Action.UPDATE, before="s3cr3t-old", after=value, unknown=frozenset(), sensitive=True
    )
    sensitive = [("password",)]
    return plan(
        change("aws_x.a", before={"password": "s3cr3t-old"}, after=marked, sensitive=sensitive), outputs=(output,)
    )


def test_sensitive_values_are_opaque() -> None:
    one, other = (class_of(secret(value), named("acme")) for value in ("s3cr3t-one", "s3cr3t-two"))

    assert one == other
    assert "s3cr3t" not in repr(one)


def test_a_plan_without_changes_is_a_class_too() -> None:
    assert class_of(plan(), named("acme")).worst_action is Action.NO_OP
