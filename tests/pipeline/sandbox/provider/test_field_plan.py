from __future__ import annotations

import pytest

from pipeline.sandbox.provider.field_plan import FieldPlan, Scope, plan_field
from pipeline.sandbox.provider.schema import Behaviour, Field, Kind
from pipeline.sandbox.provider.values import UNKNOWN, Value

STRING = Field(kind=Kind.STRING, optional=True)
COMPUTED = Field(kind=Kind.STRING, optional=True, computed=True)
FIXED = Field(kind=Kind.STRING, optional=True, force_new=True)
BOOL = Field(kind=Kind.BOOL, optional=True)
DEFAULTED = Field(kind=Kind.NUMBER, optional=True, default=30)
TAGS = Field(kind=Kind.MAP, element=Kind.STRING, optional=True)
NAMES = Field(kind=Kind.SET, element=Kind.STRING, optional=True)
LISTED = Field(kind=Kind.LIST, element=Kind.STRING, optional=True)
INNER = {"name": Field(kind=Kind.STRING, required=True), "note": STRING, "size": Field(kind=Kind.NUMBER, optional=True)}
BLOCKS = Field(kind=Kind.LIST, fields=INNER, block=True, optional=True)
ELEMENTS = Field(kind=Kind.SET, fields=INNER, block=True, optional=True)
A = {"name": "a", "note": "", "size": 0}
B = {"name": "b", "note": "", "size": 0}


def plan(field: Field, old: Value, wanted: Value, *, exists: bool = True, decided: bool = False) -> FieldPlan:
    return plan_field(field, old, wanted, Scope(path=("it",), exists=exists, decided=decided))


@pytest.mark.parametrize(
    ("field", "old", "wanted", "planned"),
    [
        pytest.param(STRING, "x", None, None, id="a removed argument becomes null"),
        pytest.param(BOOL, True, None, None, id="a removed flag becomes null"),
        pytest.param(DEFAULTED, 10, None, 30, id="a default stands in for a removed argument"),
        pytest.param(COMPUTED, "x", UNKNOWN, UNKNOWN, id="unknown stays unknown"),
        pytest.param(TAGS, {"a": "1"}, None, {}, id="removed tags are an empty map"),
        pytest.param(TAGS, {"a": "1"}, {"a": UNKNOWN}, UNKNOWN, id="one unknown tag makes all unknown"),
        pytest.param(NAMES, ["a"], None, [], id="a removed set is an empty one"),
        pytest.param(LISTED, ["a", "b"], ["a"], ["a"], id="a list is cut"),
        pytest.param(BLOCKS, [A], [], [], id="a removed block is gone"),
        pytest.param(BLOCKS, [A], [{"name": "b", "note": None, "size": None}], [B], id="a block's zero values stay"),
        pytest.param(
            ELEMENTS, [A], [{"name": "b", "note": None, "size": None}], [{"name": "b", "note": "", "size": None}],
            id="a new element of a set has empty texts and no numbers",
        ),
        pytest.param(
            ELEMENTS, [A], [{"name": "a"}, {"name": "b"}],
            [{"name": "a", "note": None, "size": None}, {"name": "b", "note": "", "size": None}],
            id="an old element of a changed set loses its zero values",
        ),
    ],
)  # fmt: skip
def test_plans_a_change(field: Field, old: Value, wanted: Value, planned: Value) -> None:
    assert plan(field, old, wanted) == FieldPlan(value=planned, changed=True)


@pytest.mark.parametrize(
    ("field", "old", "wanted"),
    [
        pytest.param(STRING, "", None, id="empty text is null"),
        pytest.param(BOOL, False, None, id="false is null"),
        pytest.param(DEFAULTED, 30, None, id="the default is there already"),
        pytest.param(COMPUTED, "x", None, id="a computed argument keeps what it has"),
        pytest.param(COMPUTED, "x", "", id="empty text means not set for a computed argument"),
        pytest.param(TAGS, {}, None, id="no tags are no tags"),
        pytest.param(NAMES, ["a", "b"], ["b", "a"], id="a set has no order"),
        pytest.param(BLOCKS, [A], [{"name": "a", "note": None, "size": None}], id="a block with zero values"),
        pytest.param(ELEMENTS, [B, A], [{"name": "a"}, {"name": "b"}], id="a set of blocks has no order"),
    ],
)
def test_plans_no_change(field: Field, old: Value, wanted: Value) -> None:
    assert plan(field, old, wanted) == FieldPlan(value=old)


@pytest.mark.parametrize("field", [COMPUTED, Field(kind=Kind.MAP, element=Kind.STRING, computed=True)])
def test_what_is_computed_is_unknown_before_a_create(field: Field) -> None:
    assert plan(field, None, None, exists=False).value is UNKNOWN


@pytest.mark.parametrize(
    ("field", "old", "wanted", "replaces"),
    [
        pytest.param(FIXED, "x", "y", (("it",),), id="a change"),
        pytest.param(FIXED, "x", None, (("it",),), id="a removal"),
        pytest.param(FIXED, "x", UNKNOWN, (("it",),), id="what may change"),
        pytest.param(FIXED, "", None, (), id="no change"),
        pytest.param(
            Field(kind=Kind.LIST, fields={"name": FIXED}, block=True, optional=True),
            [{"name": "x"}],
            [{"name": "y"}],
            (("it", 0, "name"),),
            id="inside a block, by its path",
        ),
        pytest.param(
            Field(kind=Kind.SET, fields={"name": FIXED}, block=True, optional=True),
            [{"name": "x"}],
            [{"name": "y"}],
            (("it",),),
            id="inside a set, which has no paths",
        ),
        pytest.param(
            Field(kind=Kind.SET, element=Kind.STRING, optional=True, force_new=True),
            ["x"],
            ["y"],
            (("it",),),
            id="a set of texts",
        ),
        pytest.param(
            Field(kind=Kind.MAP, element=Kind.STRING, optional=True, force_new=True),
            {"a": "1"},
            {"a": "2"},
            (("it",),),
            id="a map",
        ),
    ],
)
def test_tells_what_needs_a_new_resource(
    field: Field, old: Value, wanted: Value, replaces: tuple[tuple[str, ...], ...]
) -> None:
    assert plan(field, old, wanted).replaces == replaces


def test_a_suppressed_difference_keeps_the_old_value() -> None:
    field = Field(kind=Kind.STRING, optional=True, behaviour=Behaviour(suppress=lambda old, new: old == new.lower()))

    assert plan(field, "x", "X") == FieldPlan(value="x")


def test_a_normalized_value_is_planned_in_its_own_spelling() -> None:
    field = Field(kind=Kind.STRING, optional=True, behaviour=Behaviour(normalize=str.upper))

    assert plan(field, "X", "x") == FieldPlan(value="X")
    assert plan(field, "X", "y") == FieldPlan(value="Y", changed=True)


def test_a_missing_block_can_be_kept() -> None:
    kept = Field(kind=Kind.LIST, fields=INNER, block=True, optional=True, behaviour=Behaviour(keep_missing_block=True))
    nothing_in_it = {"name": "", "note": "", "size": 0}

    assert plan(kept, [nothing_in_it], []) == FieldPlan(value=[nothing_in_it])


def test_elements_of_a_set_can_be_told_apart_by_a_part_of_them() -> None:
    by_name = Field(
        kind=Kind.SET, fields=INNER, block=True, optional=True, behaviour=Behaviour(identity=lambda item: item["name"])
    )

    assert plan(by_name, [A], [{"name": "a", "note": "new", "size": None}]) == FieldPlan(value=[A])


def test_code_can_decide_for_an_empty_value() -> None:
    assert plan(COMPUTED, "x", "", decided=True).value is UNKNOWN
