"""Reads what `terraform show -json PLAN` says: the documented form of a plan, for one more process of the engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pipeline.adapters.plan_numbers import fraction, whole_number
from pipeline.values.addresses import ResourceMode
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
    from collections.abc import Iterator

    from pipeline.json_types import Json, JsonObject

FORMAT_VERSION: Final = "1."

ACTIONS: Final = {
    ("no-op",): Action.NO_OP,
    ("read",): Action.READ,
    ("create",): Action.CREATE,
    ("update",): Action.UPDATE,
    ("delete",): Action.DELETE,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("forget",): Action.FORGET,
    ("create", "forget"): Action.REPLACE,
    ("forget", "create"): Action.REPLACE,
}


def read_plan_json(text: str, mode: PlanMode) -> Plan:
    """Read the output of `show -json`, of a plan made in this mode: the output does not say it.

    Raises UnknownPlanFormatError where it is something else, or of a format to come.
    """
    try:
        return _plan(json.loads(text, parse_int=whole_number, parse_float=fraction), mode)
    except (TypeError, KeyError, ValueError) as error:
        raise UnknownPlanFormatError(
            f"the engine showed a plan in an unknown format: {error!r}", advice="use an engine that is supported"
        ) from error


def _plan(document: JsonObject, mode: PlanMode) -> Plan:
    version = document["format_version"]
    if not version.startswith(FORMAT_VERSION):
        raise ValueError(f"format version {version}")
    return Plan(
        changes=in_order(map(_resource, document.get("resource_changes", []))),
        drift=in_order(map(_resource, document.get("resource_drift", []))),
        outputs=tuple(_output(name, change) for name, change in sorted(document.get("output_changes", {}).items())),
        engine_version=document["terraform_version"],
        mode=mode,
        errored=document.get("errored", False),
        applyable=document.get("applyable"),
    )


def _resource(resource: JsonObject) -> ResourceChange:
    change = resource["change"]
    importing = change.get("importing")
    sensitive = (*_true_in(change.get("before_sensitive")), *_true_in(change.get("after_sensitive")))
    return ResourceChange(
        address=resource["address"],
        module=resource.get("module_address", ""),
        mode=ResourceMode(resource["mode"]),
        type=resource["type"],
        name=resource["name"],
        index=resource.get("index"),
        provider=resource["provider_name"],
        action=ACTIONS[tuple(change["actions"])],
        before=change.get("before"),
        after=change.get("after"),
        unknown=frozenset(_true_in(change.get("after_unknown"))),
        sensitive=frozenset(map(without_positions, sensitive)),
        replace_paths=frozenset(map(_up_to_sets, change.get("replace_paths", []))),
        reason=resource.get("action_reason"),
        previous_address=resource.get("previous_address"),
        importing=None if importing is None else importing.get("id", ""),
        deposed=resource.get("deposed"),
    )


def _output(name: str, change: JsonObject) -> OutputChange:
    return OutputChange(
        name=name,
        action=ACTIONS[tuple(change["actions"])],
        before=change.get("before"),
        after=change.get("after"),
        unknown=frozenset(_true_in(change.get("after_unknown"))),
        sensitive=change["after_sensitive"],
    )


def _true_in(marks: Json, path: Path = ()) -> Iterator[Path]:
    """List the paths at which a structure of marks, made like the value that it is about, says true."""
    if marks is True:
        yield path
    elif isinstance(marks, dict):
        for name, inner in marks.items():
            yield from _true_in(inner, (*path, name))
    elif isinstance(marks, list):
        for position, inner in enumerate(marks):
            yield from _true_in(inner, (*path, position))


def _up_to_sets(steps: list[Json]) -> Path:
    """Cut a path off at an element of a set, which stands in it as the element itself."""
    objects = (position for position, step in enumerate(steps) if not isinstance(step, str | int))
    return tuple(steps[: next(objects, len(steps))])
