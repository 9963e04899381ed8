from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.planning import Draft, ResourcePlan, plan_resource
from pipeline.sandbox.provider.schema import Field, Kind, TypeSchema
from pipeline.sandbox.provider.values import UNKNOWN

if TYPE_CHECKING:
    from pipeline.sandbox.provider.values import Object

SCHEMA = TypeSchema(
    type_name="aws_thing",
    timeouts=("create",),
    fields={
        "id": Field(kind=Kind.STRING, optional=True, computed=True),
        "name": Field(kind=Kind.STRING, required=True, force_new=True),
        "note": Field(kind=Kind.STRING, optional=True),
        "version": Field(kind=Kind.NUMBER, computed=True),
        "rule": Field(
            kind=Kind.LIST,
            block=True,
            optional=True,
            fields={
                "action": Field(kind=Kind.STRING, required=True),
                "key": Field(kind=Kind.STRING, optional=True, computed=True),
            },
        ),
    },
)
STORED = {"id": "i", "name": "n", "note": "", "version": 1, "rule": [{"action": "a", "key": ""}], "timeouts": None}
WANTED: Object = {"id": None, "name": "n", "note": None, "version": None, "rule": [], "timeouts": None}


def plan(prior: Object | None, proposed: Object) -> ResourcePlan:
    return plan_resource(SCHEMA, prior=prior, proposed=proposed, config=proposed, customize=lambda _draft: None)


def test_plans_a_create_with_unknowns_at_any_depth() -> None:
    created = plan(None, WANTED | {"rule": [{"action": "a", "key": None}]})

    assert created.planned == {
        "id": UNKNOWN,
        "name": "n",
        "note": None,
        "version": UNKNOWN,
        "rule": [{"action": "a", "key": UNKNOWN}],
        "timeouts": None,
    }


@pytest.mark.parametrize("note", [None, ""])
def test_an_update_without_a_change_is_the_stored_state(note: str | None) -> None:
    assert plan(STORED, STORED | {"note": note}) == ResourcePlan(planned=STORED)


def test_an_update_keeps_what_is_computed() -> None:
    updated = plan(STORED, STORED | {"note": "new"})

    assert updated == ResourcePlan(planned=STORED | {"note": "new"})


def test_a_replacement_names_the_argument_and_the_id() -> None:
    assert plan(STORED, STORED | {"name": "other"}).replaces == (("name",), ("id",))


def test_a_changed_timeout_is_planned() -> None:
    timeouts = {"create": "5m"}

    assert plan(STORED, STORED | {"note": "new", "timeouts": timeouts}).planned["timeouts"] == timeouts


def test_the_code_of_a_type_can_change_and_refuse_a_plan() -> None:
    def customize(draft: Draft) -> None:
        if draft.changes("note"):
            draft.decide("version", UNKNOWN)
        if draft.new("note") == "bad":
            raise ProviderError("no")

    def customized(note: str) -> ResourcePlan:
        proposed = STORED | {"note": note}
        return plan_resource(SCHEMA, prior=STORED, proposed=proposed, config=proposed, customize=customize)

    assert customized("new").planned["version"] is UNKNOWN
    assert customized("").planned == STORED
    with pytest.raises(ProviderError, match="no"):
        customized("bad")
