from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.values.plan import Action, OutputChange
from pipeline.values.plan_differences import differences, output_differences, real_drift
from tests.pipeline.plans import change, plan

SECRET = "hunter2-hunter2"


def shown(before: Any, after: Any, **more: Any) -> list[tuple[str, Any, Any]]:
    return [(d.name, d.before, d.after) for d in differences(change("aws_x.a", Action.UPDATE, before, after, **more))]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, [("a[0].b", 1, 2)]),
        ({"t": {}}, {"t": {"cost center": "7"}}, [('t["cost center"]', None, "7")]),
        ({"a": ["x", "y"]}, {"a": ["y", "z"]}, [("a[1]", "x", "z")]),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, [("a", ["x", "y"], ["y", "x"])]),
    ],
)
def test_what_differs_is_told_by_its_place(before: Any, after: Any, found: Any) -> None:
    assert shown(before, after) == found


def test_what_is_not_known_yet_is_said_so() -> None:
    assert shown({"a": 1, "b": 1}, {"b": 1}, unknown=[("a",)]) == [("a", 1, "(known after apply)")]


def test_a_map_with_unknown_values_is_shown_in_the_order_of_names() -> None:
    names = [f"n{number}" for number in range(9)]
    unknown = [("tags", name) for name in names[1:]]
    ((_, _, after),) = shown({"tags": None}, {"tags": {names[0]: "x"}}, unknown=unknown)

    assert list(after) == names


def test_policies_are_compared_statement_by_statement() -> None:
    before, after = ({"Statement": [{"Action": ["a", action]}]} for action in "bc")

    assert shown({"p": json.dumps(before)}, {"p": json.dumps(after)}) == [("p.Statement[0].Action[1]", "b", "c")]


@pytest.mark.parametrize("sensitive", [[("a",)], [()], [("b",), ("a",)]])
def test_what_the_plan_marks_is_hidden(sensitive: list[Any]) -> None:
    assert shown({"a": "old"}, {"a": SECRET}, sensitive=sensitive) == [("a", "(sensitive)", "(sensitive)")]


@pytest.mark.parametrize("name", ["password", "db_password", "client_secret", "secret_string", "private_key", "token"])
def test_what_its_name_tells_to_be_secret_is_hidden(name: str) -> None:
    assert shown({name: None}, {name: SECRET}) == [(name, None, "(sensitive)")]


def test_a_secret_that_is_repeated_elsewhere_is_hidden_there_too() -> None:
    after = {"password": SECRET, "url": f"https://me:{SECRET}@example.com", "list": [{"deep": SECRET}], "plain": "x"}
    output = OutputChange(
        name="o", action=Action.UPDATE, before=None, after=SECRET, unknown=frozenset(), sensitive=False
    )
    made = plan(change("aws_x.a", Action.CREATE, None, after), outputs=(output,))

    assert SECRET not in repr([*map(differences, made.changes), output_differences(made)])
    assert ("plain", None, "x") in shown(None, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": None}, {"a": ""}),
        ({"a": None}, {"a": []}),
        ({"a": {}}, {"a": None}),
        ({"a": None}, {"a": False}),
        ({"a": [{"b": None}]}, {"a": [{"b": 0}]}),
        ({"p": '{"Action": ["a", "b"], "Resource": "r"}'}, {"p": '{"Resource":["r"],"Action":["b","a"]}'}),
    ],
)
def test_a_first_read_is_no_drift(before: Any, after: Any) -> None:
    assert real_drift(change("aws_x.a", Action.UPDATE, before, after)) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": None}, {"a": "x"}),
        ({"a": True}, {"a": False}),
        ({"a": "x"}, {"a": ""}),
        ({"tags": {}}, {"tags": {"rogue": ""}}),
        ({"tags": None}, {"tags": {"rogue": ""}}),
        ({"p": '{"Action": "a"}'}, {"p": '{"Action": "b"}'}),
    ],
)
def test_a_change_is_drift(before: Any, after: Any) -> None:
    assert len(real_drift(change("aws_x.a", Action.UPDATE, before, after))) == 1
