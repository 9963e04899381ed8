from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from pipeline.sandbox.provider.cloud import Cloud
from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.lifecycle import Lifecycle
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.schema import Field, Kind, TypeSchema
from pipeline.sandbox.provider.sessions import Sessions
from pipeline.sandbox.provider.settings import ProviderSettings
from pipeline.sandbox.provider.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.resource_data import ResourceData

TAGS = Field(kind=Kind.MAP, element=Kind.STRING, optional=True)
SCHEMA = TypeSchema(
    type_name="aws_thing",
    fields={
        "id": Field(kind=Kind.STRING, optional=True, computed=True),
        "name": Field(kind=Kind.STRING, required=True),
        "note": Field(kind=Kind.STRING, optional=True),
        "tags": TAGS,
        "tags_all": Field(kind=Kind.MAP, element=Kind.STRING, optional=True, computed=True),
    },
)
PLANNED = {"id": UNKNOWN, "name": "n", "note": None, "tags": None, "tags_all": {"owner": "us"}}
CREATED = {"id": "n", "name": "n", "note": "", "tags": None, "tags_all": {"owner": "us"}}
READ = CREATED | {"tags": {}}
GONE = ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "gone"}}, "DescribeThing")


class Thing(TaggedResource):
    """A type whose AWS is a dictionary, and which fails where it is told to."""

    type_name = "aws_thing"

    def __init__(self, failures: Mapping[str, Exception] | None = None) -> None:
        self.failures = failures or {}
        self.stored: dict[str, dict[str, str]] = {}
        self.calls: list[str] = []

    def _enter(self, step: str) -> None:
        self.calls.append(step)
        if step in self.failures:
            raise self.failures[step]

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        self._enter("create")
        self.stored[data["name"]] = dict(data["tags_all"])
        data.id = data["name"]
        self._enter("after create")

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        self._enter("read")
        data.update({"name": data.id, "note": None})
        data.tags = self.stored[data.id] | {"aws:made-by": "AWS"}

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        self._enter("update")

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        self._enter("delete")

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        self._enter("tag")
        kept = {key: value for key, value in self.stored[data.id].items() if key not in removed}
        self.stored[data.id] = kept | dict(added)


def lifecycle(thing: Thing) -> Lifecycle:
    settings = ProviderSettings(region="eu-central-1", default_tags=(("owner", "us"),))
    return Lifecycle(resource=thing, schema=SCHEMA, cloud=Cloud(settings, Sessions()))


def test_a_create_reads_back_and_keeps_planned_nulls() -> None:
    assert lifecycle(Thing()).create(PLANNED, {}).state == CREATED


@pytest.mark.parametrize("step", ["after create", "read"])
@pytest.mark.parametrize("error", [ProviderError("broken"), GONE, KeyError("a bug")])
def test_what_was_created_before_an_error_stays_in_the_state(step: str, error: Exception) -> None:
    outcome = lifecycle(Thing({step: error})).create(PLANNED, {})

    assert outcome.problems
    assert outcome.state is not None
    assert outcome.state["id"] == "n"


def test_nothing_is_stored_when_nothing_was_created() -> None:
    outcome = lifecycle(Thing({"create": ProviderError("exists already")})).create(PLANNED, {})

    assert outcome.state is None
    assert outcome.problems[0].summary == "creating aws_thing: exists already"


def test_a_read_turns_null_into_empty() -> None:
    thing = Thing()
    thing.stored["n"] = {"owner": "us"}

    assert lifecycle(thing).read(CREATED).state == READ


def test_a_read_of_what_is_gone_is_nothing() -> None:
    assert lifecycle(Thing({"read": GONE})).read(CREATED).state is None


def test_a_failed_read_keeps_the_stored_state() -> None:
    outcome = lifecycle(Thing({"read": ProviderError("no network")})).read(CREATED)

    assert (outcome.state, bool(outcome.problems)) == (CREATED, True)


def test_an_update_of_tags_only_tags() -> None:
    thing = Thing()
    thing.stored["n"] = {"owner": "us", "old": "1"}
    planned = READ | {"tags": {"new": "1"}, "tags_all": {"owner": "us", "new": "1"}}

    outcome = lifecycle(thing).update(READ | {"tags_all": {"owner": "us", "old": "1"}}, planned, {})

    assert outcome.state == planned
    assert thing.calls == ["tag", "read"]


def test_deleting_what_is_gone_is_no_error() -> None:
    assert lifecycle(Thing({"delete": GONE})).delete(CREATED).problems == ()


def test_a_failed_delete_keeps_the_stored_state() -> None:
    outcome = lifecycle(Thing({"delete": ProviderError("protected")})).delete(CREATED)

    assert (outcome.state, bool(outcome.problems)) == (CREATED, True)
