from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.values.owned import outputs_in, owned_in

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject


def resource(**more: object) -> JsonObject:
    return {"mode": "managed", "type": "aws_x", "name": "a", "instances": [{"attributes": {"id": "1"}}], **more}


@pytest.mark.parametrize(
    ("found", "addresses"),
    [
        (resource(), ["aws_x.a"]),
        (resource(mode="data"), []),
        (resource(instances=[]), []),
        (resource(module="module.m"), ["module.m.aws_x.a"]),
        (resource(instances=[{"index_key": 0}, {"index_key": 1}]), ["aws_x.a[0]", "aws_x.a[1]"]),
        (resource(instances=[{"index_key": "k", "attributes": None}]), ['aws_x.a["k"]']),
    ],
)
def test_a_tenant_owns_the_managed_resources_of_its_state(found: JsonObject, addresses: list[str]) -> None:
    assert [owned.address for owned in owned_in({"resources": [found]})] == addresses


@pytest.mark.parametrize(
    ("attributes", "name"), [({"name": "n", "bucket": "b"}, "n"), ({"bucket": "b"}, "b"), ({"name": ""}, None)]
)
def test_a_resource_is_named_as_people_know_it(attributes: JsonObject, name: str | None) -> None:
    (owned,) = owned_in({"resources": [resource(instances=[{"attributes": {"id": "1", "arn": "arn", **attributes}}])]})

    assert (owned.id, owned.arn, owned.name) == ("1", "arn", name)


def test_sensitive_outputs_are_hidden() -> None:
    state = {"outputs": {"a": {"value": [1]}, "b": {"value": "hush", "sensitive": True}}}

    assert outputs_in(state) == {"a": [1], "b": "(sensitive)"}


def test_no_state_owns_nothing() -> None:
    assert (owned_in(None), outputs_in(None), owned_in({})) == ((), {}, ())
