"""Reads a saved plan file itself: a zip whose `tfplan` is protobuf, with values in msgpack.

`show -json` says the same, but starts the provider for it, which costs a fifth of a tenant's time. The format is
internal to the engines, so it is read only where its version and the engine's are known; elsewhere the caller falls
back to `show -json`. Field numbers: terraform's internal/plans/planproto/planfile.proto, the same in OpenTofu.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgpack

from pipeline.values.plan import Action, Plan, ResourceChange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.json_types import Json

FORMAT: Final = 3
# Engine versions whose plan files the tests compared with `show -json`; the upper bound is excluded.
KNOWN_ENGINES: Final = ((1, 10), (1, 13))

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # protobuf wire types
FIXED_WIDTH: Final = {FIXED64: 8, FIXED32: 4}

ACTIONS: Final = {
    0: Action.NO_OP,
    1: Action.CREATE,
    2: Action.READ,
    3: Action.UPDATE,
    5: Action.DELETE,
    6: Action.REPLACE,
    7: Action.REPLACE,
    8: Action.FORGET,
    9: Action.REPLACE,
}
ADDRESS: Final = re.compile(r'(?:module\.[^.\[]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\.)*(data\.|ephemeral\.)?([^.]+)\.')


class UnknownPlanFormatError(Exception):
    """The plan file is of a format or an engine that this reader was not tested with."""


@dataclass(frozen=True)
class Unknown:
    """A value that is known only after the apply."""


Fields = dict[int, list[Any]]


def read_plan_file(path: Path) -> Plan:
    """Read a saved plan; raises UnknownPlanFormatError where the format is not known for sure."""
    try:
        with zipfile.ZipFile(path) as archive:
            plan = _fields(archive.read("tfplan"))
    except (zipfile.BadZipFile, KeyError, IndexError) as error:
        raise UnknownPlanFormatError(f"{path} is not a plan file: {error!r}") from error
    _check(plan)
    return Plan(
        changes=tuple(_change(_fields(message)) for message in plan[3]),
        drift=tuple(_change(_fields(message)) for message in plan[18]),
        changed_outputs=tuple(sorted(_changed_outputs(plan))),
    )


def _check(plan: Fields) -> None:
    engine = _text(plan[14])
    version = tuple(int(part) for part in re.findall(r"\d+", engine)[:2])
    if plan[1] != [FORMAT] or not KNOWN_ENGINES[0] <= version < KNOWN_ENGINES[1]:
        raise UnknownPlanFormatError(f"format {plan[1]} of engine {engine}")


def _fields(message: bytes) -> Fields:
    """Split a protobuf message into its fields, in order, by number."""
    found: Fields = defaultdict(list)
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, position = _varint(message, position)
            found[number].append(value)
            continue
        if wire == BYTES:
            length, position = _varint(message, position)
        elif wire in FIXED_WIDTH:
            length = FIXED_WIDTH[wire]
        else:
            raise UnknownPlanFormatError(f"wire type {wire}")
        found[number].append(message[position : position + length])
        position += length
    return found


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position += 1
        if not byte & 0x80:
            return value, position
        shift += 7


def _text(values: list[bytes]) -> str:
    return values[0].decode() if values else ""


def _changed_outputs(plan: Fields) -> Iterator[str]:
    for message in plan[4]:
        output = _fields(message)
        action = _fields(output[2][0])[1]
        if ACTIONS[action[0] if action else 0] is not Action.NO_OP:
            yield _text(output[1])


def _change(resource: Fields) -> ResourceChange:
    address, previous = _text(resource[13]), _text(resource[14])
    change = _fields(resource[9][0])
    action = ACTIONS[change[1][0] if change[1] else 0]
    before, after = _values(action, [_value(message) for message in change[2]])
    matched = ADDRESS.match(address)
    if matched is None:
        raise UnknownPlanFormatError(f"address {address}")
    return ResourceChange(
        address=address,
        type=matched[2],
        mode="data" if matched[1] else "managed",
        action=action,
        before=_without_unknown(before),
        after=_without_unknown(after),
        after_unknown=_unknown_marks(after) if _has_unknown(after) else {},
        before_sensitive=_marks(change[3]),
        after_sensitive=_marks(change[4]),
        replace_paths=tuple(_path(message) for message in resource[11]),
        previous_address=previous if previous not in {"", address} else None,
    )


def _values(action: Action, values: list[Json]) -> tuple[Json, Json]:
    match action:
        case Action.CREATE:
            return None, values[0]
        case Action.DELETE | Action.FORGET:
            return values[0], None
        case Action.NO_OP:
            return values[0], values[0]
        case _:
            return values[0], values[1]


def _value(message: bytes) -> Json:
    packed = _fields(message)[1]
    if not packed:
        return None
    return _typed(msgpack.unpackb(packed[0], raw=False, strict_map_key=False, ext_hook=_extension))


def _extension(_code: int, _data: bytes) -> Unknown:
    return Unknown()


def _typed(value: Json) -> Json:
    """Take values of dynamic type out of their [type as JSON bytes, value]; no other value holds bytes."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        is_dynamic = len(value) == 2 and isinstance(value[0], bytes)  # noqa: PLR2004
        return _typed(value[1]) if is_dynamic else [_typed(item) for item in value]
    return value


def _without_unknown(value: Json) -> Json:
    """Give a value as `show -json` does: unknown attributes are left out, unknown elements are null."""
    if isinstance(value, dict):
        return {key: _without_unknown(item) for key, item in value.items() if not isinstance(item, Unknown)}
    if isinstance(value, list):
        return [_without_unknown(item) for item in value]
    return None if isinstance(value, Unknown) else value


def _has_unknown(value: Json) -> bool:
    if isinstance(value, dict | list):
        return any(_has_unknown(item) for item in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, Unknown)


def _unknown_marks(value: Json) -> Json:
    """Mirror a value with true where it is unknown; attributes that are known are left out."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, dict):
        return {key: marks for key, item in value.items() if (marks := _unknown_marks(item)) is not False}
    if isinstance(value, list):
        return [_unknown_marks(item) for item in value]
    return False


def _marks(messages: list[bytes]) -> Json:
    """Give the attributes that have a sensitive path; the top level is what is hidden."""
    paths = [_path(message) for message in messages]
    return True if () in paths else {path[0]: True for path in paths}


def _path(message: bytes) -> tuple[Json, ...]:
    return tuple(_step(_fields(step)) for step in _fields(message)[1])


def _step(step: Fields) -> Json:
    return _text(step[1]) if step[1] else _value(step[2][0])
