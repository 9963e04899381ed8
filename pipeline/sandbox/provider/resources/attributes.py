"""The attributes of queues, topics and subscriptions: AWS takes and answers them as a map of texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.sandbox.provider.policies import keep_spelling
from pipeline.sandbox.provider.schema import Field, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Value

POLICY = "policy"


@dataclass(frozen=True, kw_only=True)
class AttributeMap:
    """AWS's name of each attribute, under terraform's."""

    names: Mapping[str, str]
    sent_if_false: Collection[str] = ()
    """Switches that AWS turns on by itself, so that a configured "off" has to be told."""

    def for_create(self, data: ResourceData) -> dict[str, str]:
        """Return what a create has to send: all that AWS would not take for itself."""
        return {
            aws: _text(data[name])
            for name, aws in self._configurable(data).items()
            if data[name]
            or data.schema.fields[name].default
            or (name in self.sent_if_false and data.config.get(name) is False)
        }

    def for_update(self, data: ResourceData) -> dict[str, str]:
        """Return what an update has to send."""
        return {aws: _text(data[name]) for name, aws in self._configurable(data).items() if data.changed(name)}

    def set_from(self, answer: Mapping[str, str], data: ResourceData) -> None:
        """Set what AWS says; texts that mean the same keep their spelling."""
        for name, aws in self.names.items():
            text = answer.get(aws)
            data[name] = None if text is None else _value(name, data, text)

    def _configurable(self, data: ResourceData) -> Mapping[str, str]:
        return {name: aws for name, aws in self.names.items() if data.schema.fields[name].configurable}


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(name: str, data: ResourceData, text: str) -> Value:
    field: Field = data.schema.fields[name]
    stored = data[name]
    match field.kind:
        case Kind.BOOL:
            return text == "true"
        case Kind.NUMBER:
            return int(text)
        case _ if name == POLICY:
            return keep_spelling(stored, text)
        case _:
            suppress = field.behaviour.suppress
            return stored if stored and suppress is not None and suppress(stored, text) else text
