"""The values in a plan file: msgpack, in which the engines have their own way to say what is unknown.

Objects and maps are maps, lists and sets are arrays. An unknown value is an extension type. Where the schema leaves
the type open, a value is an array of two: its type in JSON, as bytes, and itself; bytes stand nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgpack import unpackb

from pipeline.adapters.plan_numbers import fraction

if TYPE_CHECKING:
    from pipeline.json_types import Json
    from pipeline.values.plan import Path

UNKNOWN: Final = object()


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """A value as JSON, and the paths of what is not known of it: absent from objects, null in lists."""

    value: Json
    unknown: frozenset[Path]


def decode(data: bytes) -> Decoded:
    """Decode a value; raises ValueError where it is not in msgpack."""
    unknown: set[Path] = set()
    value = _known(_unpacked(data), (), unknown)
    return Decoded(value=value, unknown=frozenset(unknown))


def decode_key(data: bytes) -> str | int | None:
    """Decode a step of a path: a key, a position, or None for an element of a set, which has neither."""
    key = _unpacked(data)
    return key if isinstance(key, str | int) else None


def _unpacked(data: bytes) -> Json:
    return unpackb(data, list_hook=_untyped, ext_hook=_unknown)


def _untyped(array: list[Json]) -> Json:
    return array[1] if array and isinstance(array[0], bytes) else array


def _unknown(_code: int, _bounds: bytes) -> object:
    return UNKNOWN


def _known(value: Json, path: Path, unknown: set[Path]) -> Json:
    if value is UNKNOWN:
        unknown.add(path)
        return None
    if isinstance(value, dict):
        known = {key: _known(inner, (*path, key), unknown) for key, inner in value.items()}
        return {key: inner for key, inner in known.items() if value[key] is not UNKNOWN}
    if isinstance(value, list):
        return [_known(inner, (*path, position), unknown) for position, inner in enumerate(value)]
    return fraction(repr(value)) if isinstance(value, float) else value
