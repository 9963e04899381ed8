"""What one data source reads in AWS: the classes in `resources/` are written against this."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from pipeline.sandbox.provider.comparison import configured
from pipeline.sandbox.provider.errors import Problem, ProviderError
from pipeline.sandbox.provider.lifecycle import Outcome
from pipeline.sandbox.provider.planning import with_timeouts
from pipeline.sandbox.provider.resource_data import ResourceData

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.schema import TypeSchema
    from pipeline.sandbox.provider.values import Object


class DataSource(ABC):
    """One data source type."""

    type_name: ClassVar[str]

    @abstractmethod
    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Set `data.id` and what AWS says; raise ProviderError, or let boto3's errors pass, if there is nothing."""


def read_data_source(source: DataSource, schema: TypeSchema, config: Object, cloud: Cloud) -> Outcome:
    """Read what a configuration asks for."""
    wanted = {name: configured(field, config.get(name)) for name, field in schema.fields.items()}
    data = ResourceData(schema, prior=None, planned=wanted)
    try:
        source.read(data, cloud)
    except (ProviderError, ClientError, BotoCoreError) as error:
        problem = Problem(summary=f"reading data source {schema.type_name}: {error}")
        return Outcome(state=None, problems=(problem,))
    return Outcome(state=with_timeouts(schema, data.state(), config))
