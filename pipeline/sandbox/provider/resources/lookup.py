"""Data sources that tell of one thing what its resource type reads."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from pipeline.sandbox.provider.data_source import DataSource
from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.planning import ID
from pipeline.sandbox.provider.resource_data import ResourceData
from pipeline.sandbox.provider.schema import load_schemas
from pipeline.sandbox.provider.tags import TAGS, visible_tags

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource import Resource


class Lookup(DataSource):
    """A data source of the same name as a resource type: it finds one, and shows what it reads of it."""

    resource: ClassVar[Resource]

    @abstractmethod
    def find(self, data: ResourceData, cloud: Cloud) -> str:
        """Return the id that the resource has in a state; ProviderError if there is not just one."""

    def add(self, data: ResourceData, cloud: Cloud) -> None:
        """Set what only the data source tells."""

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the resource as if it were managed."""
        schema = load_schemas().resources[self.resource.type_name]
        found = ResourceData(schema, prior=None, planned={ID: self.find(data, cloud)})
        self.resource.read(found, cloud)
        if not found.id:
            raise ProviderError("couldn't find resource")
        data.id = found.id
        for name in data.schema.fields.keys() & schema.fields.keys() - {ID, TAGS}:
            data[name] = found[name]
        if found.tags is not None and TAGS in data.schema.fields:
            data[TAGS] = visible_tags(found.tags, cloud)
        self.add(data, cloud)
