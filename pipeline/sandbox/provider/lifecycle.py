"""Create, read, update, delete and import of any type: the same steps around the code of the type.

An error never loses an object: whatever has an id when it happens is answered together with the error, and terraform
stores it (as tainted, after a create).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from pipeline.sandbox.provider.errors import Problem, ProviderError, is_gone
from pipeline.sandbox.provider.nulls import Stage
from pipeline.sandbox.provider.planning import spelled_like, with_timeouts
from pipeline.sandbox.provider.resource import Resource, TaggedResource
from pipeline.sandbox.provider.resource_data import ResourceData
from pipeline.sandbox.provider.tags import TAGS, TAGS_ALL, own_tags, visible_tags, wanted_tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.schema import TypeSchema
    from pipeline.sandbox.provider.values import Object

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What terraform is to store (None: nothing is there), and what went wrong."""

    state: Object | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """The operations on one resource type, through one provider configuration."""

    resource: Resource
    schema: TypeSchema
    cloud: Cloud

    def create(self, planned: Object, config: Object) -> Outcome:
        """Create what is planned and read it back."""
        data = ResourceData(self.schema, prior=None, planned=wanted_tags(planned, self.cloud), config=config)
        problems = self._attempt("creating", data, lambda: self._create(data))
        return Outcome(state=self._applied(data, planned) if data.id else None, problems=problems)

    def _create(self, data: ResourceData) -> None:
        self.resource.create(data, self.cloud)
        self._read(data)

    def read(self, stored: Object) -> Outcome:
        """Read what is stored anew."""
        data = ResourceData(self.schema, prior=stored, planned=stored)
        problems = self._attempt("reading", data, lambda: self._read_or_forget(data))
        if problems:
            return Outcome(state=stored, problems=problems)
        if not data.id:
            return Outcome(state=None)
        state = spelled_like(self.schema, data.state(), stored, Stage.PLAN_OR_READ)
        return Outcome(state=with_timeouts(self.schema, state, stored))

    def update(self, stored: Object, planned: Object, config: Object) -> Outcome:
        """Bring the stored object to the planned one and read it back."""
        data = ResourceData(self.schema, prior=stored, planned=wanted_tags(planned, self.cloud), config=config)
        problems = self._attempt("updating", data, lambda: self._update(data))
        return Outcome(state=self._applied(data, planned), problems=problems)

    def _update(self, data: ResourceData) -> None:
        if isinstance(self.resource, TaggedResource):
            self._retag(self.resource, data)
        if data.changed_besides(TAGS, TAGS_ALL):
            self.resource.update(data, self.cloud)
        self._read(data)

    def _retag(self, resource: TaggedResource, data: ResourceData) -> None:
        old, new = data.old(TAGS_ALL), data[TAGS_ALL]
        added = {key: value for key, value in new.items() if old.get(key) != value}
        removed = [key for key in old if key not in new]
        if added or removed:
            resource.tag(data, self.cloud, added, removed)

    def delete(self, stored: Object) -> Outcome:
        """Delete what is stored; it is no error if it is gone already."""
        data = ResourceData(self.schema, prior=stored, planned=stored)
        problems = self._attempt("deleting", data, lambda: self._delete(data))
        return Outcome(state=stored if problems else None, problems=problems)

    def _delete(self, data: ResourceData) -> None:
        try:
            self.resource.delete(data, self.cloud)
        except ClientError as error:
            if not is_gone(error, self.resource.gone):
                raise

    def adopt(self, identifier: str) -> Outcome:
        """Return the beginnings of an imported object; terraform reads it next."""
        data = ResourceData(self.schema, prior=None, planned={"id": identifier})
        problems = self._attempt("importing", data, lambda: self.resource.adopt(data, self.cloud))
        return Outcome(state=with_timeouts(self.schema, data.state(), {}), problems=problems)

    def _read_or_forget(self, data: ResourceData) -> None:
        try:
            self._read(data)
        except ClientError as error:
            if not is_gone(error, self.resource.gone):
                raise
            data.id = ""

    def _read(self, data: ResourceData) -> None:
        named = data[TAGS] if self.schema.taggable else None
        self.resource.read(data, self.cloud)
        if data.tags is not None and data.id:
            visible = visible_tags(data.tags, self.cloud)
            data.update({TAGS_ALL: visible, TAGS: own_tags(visible, named, self.cloud)})

    def _applied(self, data: ResourceData, planned: Object) -> Object:
        state = spelled_like(self.schema, data.state(), planned, Stage.APPLY)
        return with_timeouts(self.schema, state, planned)

    def _attempt(self, doing: str, data: ResourceData, action: Callable[[], None]) -> tuple[Problem, ...]:
        """Run the code of a type; whatever it raises becomes a problem, so that no object is lost."""
        try:
            action()
        except (ProviderError, ClientError, BotoCoreError) as error:
            return (self._problem(doing, data, str(error)),)
        except Exception as error:  # noqa: BLE001 - a bug in a type must not lose what it has created
            _log.exception("%s %s", doing, self.schema.type_name)
            return (self._problem(doing, data, f"bug in the sandbox provider: {type(error).__name__}: {error}"),)
        return ()

    def _problem(self, doing: str, data: ResourceData, text: str) -> Problem:
        which = f" ({data.id})" if data.id else ""
        return Problem(summary=f"{doing} {self.schema.type_name}{which}: {text}")
