"""One resource on its way through create, read, update or delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.comparison import filled
from pipeline.sandbox.provider.planning import ID, filled_top
from pipeline.sandbox.provider.schema import Field, Kind, TypeSchema
from pipeline.sandbox.provider.values import UNKNOWN, Object, Value

if TYPE_CHECKING:
    from collections.abc import Mapping


class ResourceData:
    """The wanted (or stored) values, and what the code of the type sets over them.

    Reading gives a zero value ("" / 0 / false / []) for what is null or unknown. Set `id` as soon as the thing exists
    in AWS: from then on it stays in the state, whatever fails after it. An empty id means that it is gone.
    """

    def __init__(
        self, schema: TypeSchema, *, prior: Object | None, planned: Object, config: Object | None = None
    ) -> None:
        self.schema = schema
        self.config: Object = config or {}
        self.tags: dict[str, str] | None = None
        """All tags that AWS has for it, if the type has tags and a read found them."""
        self._prior = {} if prior is None else filled_top(schema, prior)
        self._planned = filled_top(schema, planned)
        self._set: Object = {}
        self.id: str = self._planned.get(ID) or "" if self._planned.get(ID) is not UNKNOWN else ""

    def __getitem__(self, name: str) -> Value:
        """Return the current value; KeyError if the type has no such attribute."""
        field = self.schema.fields[name]
        value = self._set[name] if name in self._set else self._planned.get(name)
        return field.zero() if value is None else _without_unknowns(field, value)

    def __setitem__(self, name: str, value: Value) -> None:
        """Set what AWS says; None becomes a zero value, in objects too (not for a framework type)."""
        field = self.schema.fields[name]
        if self.schema.framework:
            self._set[name] = value
        else:
            self._set[name] = field.zero() if value is None else filled(field, value)

    def update(self, values: Mapping[str, Value]) -> None:
        """Set several attributes."""
        for name, value in values.items():
            self[name] = value

    def old(self, name: str) -> Value:
        """Return the stored value from before the change."""
        stored = self._prior.get(name)
        return self.schema.fields[name].zero() if stored is None else stored

    def first(self, name: str) -> Object:
        """Return the only object of a block, or an empty one."""
        blocks = self[name]
        return dict(blocks[0]) if blocks and blocks[0] else {}

    def changed(self, *names: str) -> bool:
        """Tell whether any of the attributes is to change."""
        return any(self.old(name) != self[name] for name in names)

    def changed_besides(self, *names: str) -> bool:
        """Tell whether anything but these attributes is to change."""
        others = [name for name in self.schema.fields if name != ID and name not in names]
        return self.changed(*others)

    def state(self) -> Object:
        """Return what is to be stored."""
        state = {name: self._stored(name, field) for name, field in self.schema.fields.items()}
        return state | {ID: self.id}

    def _stored(self, name: str, field: Field) -> Value:
        if name in self._set:
            return self._set[name]
        value = self._planned.get(name)
        if value is UNKNOWN or (value is None and self._prior.get(name) is None):
            return [] if field.block else None
        if self.schema.framework:
            return value
        return field.zero() if value is None else filled(field, _without_unknowns(field, value))


def _without_unknowns(field: Field, value: Value) -> Value:
    if value is UNKNOWN:
        return field.zero()
    if field.fields is not None:
        return [_object_without_unknowns(field, item) for item in value if item is not UNKNOWN]
    if field.kind is Kind.MAP:
        return {key: item for key, item in value.items() if item is not UNKNOWN}
    return [item for item in value if item is not UNKNOWN] if isinstance(value, list) else value


def _object_without_unknowns(field: Field, item: Object) -> Object:
    fields = field.fields or {}
    return {
        name: _without_unknowns(inner, item.get(name)) for name, inner in fields.items() if item.get(name) is not None
    }
