"""Terraform values as Python ones: null is None, an object or map is a dict, a list or set is a list."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, TypeAlias

import msgpack

Value: TypeAlias = Any
"""A terraform value: None, `UNKNOWN`, str, bool, int, float, a list or a dict of them."""

Object: TypeAlias = dict[str, Any]
"""A terraform object: one value per attribute or block name."""

_UNKNOWN_EXTENSION = 0


class _Unknown(Enum):
    UNKNOWN = "(known after apply)"


UNKNOWN: Final = _Unknown.UNKNOWN
"""The value of what is only known after the apply."""


def decode(packed: bytes) -> Value:
    """Read a value from the protocol's msgpack.

    Every extension type is an unknown value: terraform sends refinements of unknowns under a second type number.
    """
    return msgpack.unpackb(packed, ext_hook=lambda _code, _data: UNKNOWN) if packed else None


def encode(value: Value) -> bytes:
    """Write a value as the protocol's msgpack."""
    packed: bytes = msgpack.packb(value, default=_encode_unknown)
    return packed


def _encode_unknown(value: object) -> msgpack.ExtType:
    if value is UNKNOWN:
        return msgpack.ExtType(_UNKNOWN_EXTENSION, b"\x00")
    raise TypeError(f"not a terraform value: {value!r}")


def is_wholly_known(value: Value) -> bool:
    """Tell whether nothing in the value is unknown."""
    if isinstance(value, dict):
        return all(is_wholly_known(item) for item in value.values())
    if isinstance(value, list):
        return all(is_wholly_known(item) for item in value)
    return value is not UNKNOWN


def is_zero(value: Value) -> bool:
    """Tell whether the real provider's SDK takes the value for the same as null: "", 0, false, or nothing in it."""
    return value is not UNKNOWN and not value
