"""Speed: moto answers each page of each DynamoDB query by sorting all items of the table and looking at every one.

With 100,000 tenants registered the query for the few that changed took two seconds, where DynamoDB takes
milliseconds. Here a query looks only at the items whose keys can match; moto then does with them what it always did.
https://github.com/getmoto/moto/blob/5.2.5/moto/dynamodb/models/table.py (query, all_items, sorted_items)
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

Conditions = list[tuple[str, str, DynamoType]]

COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""The comparisons that items are narrowed down by; the others are left to moto."""

TEXT: Final = "S"

NARROWED = "narrowed_items"
"""Attribute of a table that is being queried: the items that can match. A table answers one request at a time."""


def apply() -> None:
    """Narrow queries down by their key conditions, and sort by plain values."""
    replace(Table, "query", _query)
    replace(Table, "all_items", lambda _: _all_items)
    replace(Table, "sorted_items", lambda _: _sorted_items)


def _query(original: Callable[..., Any]) -> Callable[..., Any]:
    def query(table: Table, hash_key: DynamoType | None, *arguments: Any, **options: Any) -> Any:
        index_name = arguments[6] if len(arguments) > 6 else options.get("index_name")  # noqa: PLR2004 - moto's order
        conditions: Conditions = [(name, "=", wanted) for name, wanted in options.get("hash_key_conditions") or []]
        for name, comparison, values in options.get("range_key_conditions") or []:
            if comparison in COMPARISONS:
                conditions.append((name, comparison, values[0]))
        table.__dict__[NARROWED] = _matching(table, conditions) if index_name else _under(table, hash_key)
        try:
            return original(table, hash_key, *arguments, **options)
        finally:
            del table.__dict__[NARROWED]

    return query


def _matching(table: Table, conditions: Conditions) -> list[Item]:
    items = _items(table)
    for name, comparison, wanted in conditions:
        holds = COMPARISONS[comparison]
        kind, value = wanted.type, wanted.cast_value
        found = [(item, item.attrs.get(name)) for item in items]
        if kind == TEXT:  # its value is what moto casts it to, at the cost of a call for each item
            items = [i for i, a in found if a is not None and a.type == TEXT and holds(a.value, value)]
        else:
            items = [i for i, a in found if a is not None and a.type == kind and holds(a.cast_value, value)]
    return items


def _under(table: Table, hash_key: DynamoType | None) -> list[Item]:
    if hash_key not in table.items:
        return []
    under: Any = table.items[hash_key]
    return [under] if table.range_key_attr is None else list(under.values())


def _items(table: Table) -> list[Item]:
    under_hash: list[Any] = list(table.items.values())
    return under_hash if table.range_key_attr is None else [item for under in under_hash for item in under.values()]


def _all_items(table: Table) -> list[Item]:
    items: list[Item] = table.__dict__[NARROWED] if NARROWED in table.__dict__ else _items(table)
    return sorted(items, key=_key)


def _key(item: Item) -> tuple[Any, ...]:
    return tuple(key.cast_value for key in (item.hash_key, item.range_key) if key is not None)


def _sorted_items(table: Table, hash_keys: list[str], range_keys: list[str | None], items: list[Item]) -> list[Item]:
    names = table._generate_attr_to_sort_by(hash_keys, range_keys)  # noqa: SLF001
    return sorted(items, key=lambda item: tuple(item.attrs[name].cast_value for name in names))
