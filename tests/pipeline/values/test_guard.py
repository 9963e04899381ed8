from __future__ import annotations

import pytest

from pipeline.values.guard import Guard, count_deletions
from pipeline.values.plan import Action
from pipeline.values.plan_class import classify
from pipeline.values.tenant_names import TenantNames
from tests.pipeline.plans import TEMPLATE, change, named, plan

ACME = named("acme")
TABLE = "aws_dynamodb_table.orders"
GONE = plan(change(TABLE, Action.DELETE, before={"name": "app-acme-orders"}))


@pytest.mark.parametrize(
    ("action", "reasons"),
    [
        (Action.DELETE, (f"{TABLE} would be deleted",)),
        (Action.REPLACE, (f"{TABLE} would be replaced",)),
        (Action.UPDATE, ()),
        (Action.CREATE, ()),
        (Action.NO_OP, ()),
    ],
)
def test_what_is_protected_is_neither_deleted_nor_replaced(action: Action, reasons: tuple[str, ...]) -> None:
    assert Guard().reasons(plan(change(TABLE, action, {}, {})), ACME, TEMPLATE) == reasons


def test_what_is_not_protected_may_go() -> None:
    assert Guard().reasons(plan(change("aws_ssm_parameter.bucket", Action.DELETE, {})), ACME, TEMPLATE) == ()


@pytest.mark.parametrize("allowed", [TABLE, "aws_dynamodb_table"])
def test_what_is_allowed_by_name_may_go(allowed: str) -> None:
    assert Guard(allowed=frozenset({allowed})).reasons(GONE, ACME, TEMPLATE) == ()
    assert Guard(allowed=frozenset({"aws_dynamodb_table.sessions"})).reasons(GONE, ACME, TEMPLATE) != ()


def test_only_reviewed_classes_pass_where_that_is_asked_for() -> None:
    changed = plan(change(TABLE, before={"ttl": 1}, after={"ttl": 2}))
    found = classify(changed, ACME, TenantNames(ACME, TEMPLATE))

    assert Guard(reviewed=frozenset({found.digest})).reasons(changed, ACME, TEMPLATE) == ()
    assert Guard(reviewed=frozenset()).reasons(changed, ACME, TEMPLATE) == (
        f"its plan is of class {found.name}, which was not reviewed",
    )
    assert Guard(reviewed=frozenset()).reasons(plan(change(TABLE, Action.NO_OP, {}, {})), ACME, TEMPLATE) == ()


def test_replacements_count_as_deletions() -> None:
    actions = (Action.DELETE, Action.REPLACE, Action.CREATE, Action.UPDATE, Action.FORGET)

    assert count_deletions(plan(*(change(f"aws_x.{action}", action, {}, {}) for action in actions))) == 2
