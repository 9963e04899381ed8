"""What one resource type does in AWS: the classes in `resources/` are written against this."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.errors import Problem
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.schema import Behaviour
    from pipeline.sandbox.provider.values import Object


class Resource(ABC):
    """One resource type.

    The engine validates and plans by the schema; a type adds only what the schema cannot tell. Errors of boto3 may
    pass: they become terraform's errors, and in `read` and `delete` one that says "does not exist" means gone.
    """

    type_name: ClassVar[str]
    behaviours: ClassVar[Mapping[str, Behaviour]] = {}
    """What the schema cannot tell about single arguments, by dotted path."""
    gone: ClassVar[Collection[str]] = ()
    """Codes of AWS for "does not exist", besides the common ones."""

    def validate(self, config: Object) -> list[Problem]:
        """Return what is wrong with a configuration that the schema and the rule table cannot tell."""
        return []

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Look at a plan and change it, or raise ProviderError."""

    @abstractmethod
    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create it and set `data.id`; a read follows."""

    @abstractmethod
    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Set what AWS says; set `data.id` to "" if it is gone."""

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Bring about what `data.changed()` tells; a read follows. Types whose every argument replaces have none."""

    @abstractmethod
    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete it."""

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Set what a read needs from `data.id`, the id of an import, and what only a configuration can tell."""


class TaggedResource(Resource):
    """A resource type with `tags` and `tags_all`; its `read` sets `data.tags`."""

    @abstractmethod
    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Put tags on it and take tags off it, in an update."""
