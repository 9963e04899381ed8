from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.values.state import UnknownStateFormatError, read_state

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from pipeline.values.state import OwnedResource


def resource(**more: Any) -> JsonObject:
    return {"mode": "managed", "type": "aws_x", "name": "a", "instances": [{"attributes": {"id": "1"}}], **more}


def content(*resources: JsonObject, outputs: JsonObject | None = None, **more: Any) -> bytes:
    document = {"version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "l", **more}
    return json.dumps({**document, "resources": resources, "outputs": outputs or {}}).encode()


def owned(found: JsonObject) -> tuple[OwnedResource, ...]:
    return read_state(content(found)).resources


@pytest.mark.parametrize(
    ("found", "addresses"),
    [
        (resource(), ["aws_x.a"]),
        (resource(mode="data"), []),
        (resource(instances=[]), []),
        (resource(module="module.m"), ["module.m.aws_x.a"]),
        (resource(instances=[{"index_key": 10}, {"index_key": 9}]), ["aws_x.a[9]", "aws_x.a[10]"]),
        (resource(instances=[{"index_key": 'k"', "attributes": None}]), ['aws_x.a["k\\""]']),
    ],
)
def test_a_tenant_owns_the_managed_resources_of_its_state(found: JsonObject, addresses: list[str]) -> None:
    assert [o.address for o in owned(found)] == addresses


@pytest.mark.parametrize(
    ("attributes", "name"), [({"name": "n", "bucket": "b"}, "n"), ({"bucket": "b"}, "b"), ({"name": ""}, None)]
)
def test_a_resource_is_named_as_people_know_it(attributes: JsonObject, name: str | None) -> None:
    (found,) = owned(resource(instances=[{"attributes": {"id": "1", "arn": "arn", **attributes}}]))

    assert (found.id, found.arn, found.known_as) == ("1", "arn", name)


def test_what_is_sensitive_in_a_resource_is_hidden() -> None:
    path = [{"type": "get_attr", "value": "name"}]
    instance = {"attributes": {"id": "1", "name": "hush"}, "sensitive_attributes": [path], "status": "tainted"}

    (found,) = owned(resource(instances=[instance]))

    assert (found.known_as, found.tainted) == ("(sensitive)", True)


def test_sensitive_outputs_are_hidden() -> None:
    outputs = {"b": {"value": "hush", "sensitive": True}, "a": {"value": [1]}}

    found = read_state(content(outputs=outputs)).outputs

    assert [(output.name, output.value) for output in found] == [("a", [1]), ("b", "(sensitive)")]


@pytest.mark.parametrize(
    "damaged", [b"", b"[]", b"{}", content(version=5), content()[:-1], content({"mode": "managed"})]
)
def test_what_is_no_state_is_refused(damaged: bytes) -> None:
    with pytest.raises(UnknownStateFormatError):
        read_state(damaged)
