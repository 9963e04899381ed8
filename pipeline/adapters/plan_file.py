"""Reads a saved plan file, with no process: a zip, a protocol buffers message in it, msgpack for the values in that.

The format is internal to the engines, so it is read only where it is known: its own version number, and a version of
the engine whose format this was made from. Whatever else stands in a file (a number of an action or a reason that is
not listed here, an encrypted plan of OpenTofu) raises UnknownPlanFormatError too; `show -json` reads all of them.

One more plan is left to `show -json`: a replacement that gives an object attributes which the old one did not have.
Of a replacement's new values, the engine writes down what the config makes sensitive, but not what the provider's
schema does. That is known from the old values, and for attributes that those do not have it is not.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar
from zipfile import BadZipFile, ZipFile

from pipeline.adapters.plan_msgpack import Decoded, decode, decode_key
from pipeline.adapters.wire_format import Message
from pipeline.values.addresses import ResourceMode, parse_address
from pipeline.values.plan import (
    Action,
    OutputChange,
    Path,
    Plan,
    PlanMode,
    ResourceChange,
    UnknownPlanFormatError,
    in_order,
    without_positions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path as FilePath

    from pipeline.json_types import Json

FORMAT_VERSION: Final = 3

T = TypeVar("T")


class EngineName(StrEnum):
    """Which program made a plan; the file does not say it."""

    TERRAFORM = "terraform"
    TOFU = "tofu"


# The first and the last release line whose format is known. The fields read here are the same in all of them.
KNOWN_VERSIONS: Final = {EngineName.TERRAFORM: ((1, 10), (1, 16)), EngineName.TOFU: ((1, 10), (1, 12))}

ACTIONS: Final = {
    0: Action.NO_OP,
    1: Action.CREATE,
    2: Action.READ,
    3: Action.UPDATE,
    5: Action.DELETE,
    6: Action.REPLACE,  # delete, then create
    7: Action.REPLACE,  # create, then delete
    8: Action.FORGET,
}

# Which of a change's values is the one before and the one after.
VALUE_POSITIONS: Final[dict[Action, tuple[int | None, int | None]]] = {
    Action.NO_OP: (0, 0),
    Action.CREATE: (None, 0),
    Action.READ: (0, 1),
    Action.UPDATE: (0, 1),
    Action.REPLACE: (0, 1),
    Action.DELETE: (0, None),
    Action.FORGET: (0, None),
}

MODES: Final = {0: PlanMode.NORMAL, 1: PlanMode.DESTROY, 2: PlanMode.REFRESH_ONLY}

REASONS: Final = {
    0: None,
    1: "replace_because_tainted",
    2: "replace_by_request",
    3: "replace_because_cannot_update",
    4: "delete_because_no_resource_config",
    5: "delete_because_wrong_repetition",
    6: "delete_because_count_index",
    7: "delete_because_each_key",
    8: "delete_because_no_module",
    9: "replace_by_triggers",
    10: "read_because_config_unknown",
    11: "read_because_dependency_pending",
    12: "delete_because_no_move_target",
    13: "read_because_check_nested",
}

NOTHING: Final = Decoded(value=None, unknown=frozenset())


def read_plan_file(file: FilePath, engine: EngineName) -> Plan:
    """Read the plan file that an engine saved; raises UnknownPlanFormatError where only `show -json` can."""
    try:
        with ZipFile(file) as archive:
            message = Message(archive.read("tfplan"))
        _check_known(message, engine)
        return _plan(message, engine)
    except (BadZipFile, KeyError, IndexError, ValueError) as error:
        raise UnknownPlanFormatError(
            f"{file} is not a plan file of a known format: {error}", advice=f"{engine} show -json can read it"
        ) from error


def _check_known(plan: Message, engine: EngineName) -> None:
    if plan.number(1) != FORMAT_VERSION:
        raise ValueError(f"format version {plan.number(1)}")
    version = plan.text(14)
    numbers = version.split(".")
    first, last = KNOWN_VERSIONS[engine]
    if not all(number.isdigit() for number in numbers) or not first <= tuple(map(int, numbers[:2])) <= last:
        raise ValueError(f"made by {engine} {version}")


def _plan(plan: Message, engine: EngineName) -> Plan:
    mode = _listed(MODES, plan.number(17), "mode")
    changes = map(_resource, plan.messages(3))
    drift = map(_resource, plan.messages(18))
    return Plan(
        changes=in_order(change for change in changes if not _is_housekeeping(change)),
        # A move is told among the changes, except where there are none.
        drift=in_order(c for c in drift if c.action is not Action.NO_OP or mode is PlanMode.REFRESH_ONLY),
        outputs=tuple(sorted(map(_output, plan.messages(4)), key=lambda output: output.name)),
        engine_version=plan.text(14),
        mode=mode,
        errored=plan.flag(20),
        applyable=plan.flag(25) if engine is EngineName.TERRAFORM else None,
    )


def _is_housekeeping(change: ResourceChange) -> bool:
    """Tell whether a data source is only taken out of the state; `show -json` does not tell of that."""
    return change.mode is ResourceMode.DATA and change.action is Action.DELETE


def _resource(resource: Message) -> ResourceChange:
    address = parse_address(resource.text(13))
    change = resource.message(9)
    action, before, after = _values(change)
    if action is Action.REPLACE:
        _check_marks(resource.text(13), before, after)
    return ResourceChange(
        address=resource.text(13),
        module=address.module,
        mode=address.mode,
        type=address.type,
        name=address.name,
        index=address.index,
        provider=resource.text(8).split('"')[1],
        action=action,
        before=before.value,
        after=after.value,
        unknown=after.unknown,
        sensitive=frozenset(without_positions(_path(path)) for path in change.messages(3) + change.messages(4)),
        replace_paths=frozenset(map(_path, resource.messages(11))),
        reason=_listed(REASONS, resource.number(12), "reason"),
        previous_address=resource.text(14) or None,
        importing=change.message(5).text(1) if change.has(5) else None,
        deposed=resource.text(7) or None,
    )


def _output(output: Message) -> OutputChange:
    action, before, after = _values(output.message(2))
    return OutputChange(
        name=output.text(1),
        action=action,
        before=before.value,
        after=after.value,
        unknown=after.unknown,
        sensitive=output.flag(3),
    )


def _values(change: Message) -> tuple[Action, Decoded, Decoded]:
    action = _listed(ACTIONS, change.number(1), "action")
    values = [decode(value.data(1)) for value in change.messages(2)]
    before, after = VALUE_POSITIONS[action]
    return action, NOTHING if before is None else values[before], NOTHING if after is None else values[after]


def _path(path: Message) -> Path:
    steps: list[str | int] = []
    for step in path.messages(1):
        key = step.text(1) if step.has(1) else decode_key(step.message(2).data(1))
        if key is None:
            break
        steps.append(key)
    return tuple(steps)


def _check_marks(address: str, before: Decoded, after: Decoded) -> None:
    new = {*_attributes(after.value, ())} - {*_attributes(before.value, ())}
    if new:
        names = ", ".join(sorted(".".join(path) for path in new))
        raise ValueError(f"it does not say whether new attributes of {address} are sensitive: {names}")


def _attributes(value: Json, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, list):
        for element in value:
            yield from _attributes(element, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from _attributes(inner, (*path, name))


def _listed(table: Mapping[int, T], number: int, what: str) -> T:
    if number not in table:
        raise ValueError(f"{what} {number}")
    return table[number]
