"""Reads a saved plan into a value: from the file where its format is known, else from the engine's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.adapters.engine import PLAN_FILE
from pipeline.adapters.plan_file import UnknownPlanFormatError, read_plan_file
from pipeline.values.plan import Action, Plan, ResourceChange

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.adapters.engine import Engine
    from pipeline.json_types import JsonObject

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
}


def read_plan(engine: Engine, directory: Path) -> Plan:
    """Read the saved plan of a directory."""
    try:
        return read_plan_file(directory / PLAN_FILE)
    except UnknownPlanFormatError:
        return plan_from_json(engine.show_plan(directory))


def plan_from_json(document: JsonObject) -> Plan:
    """Read a plan from the output of `show -json`."""
    outputs = document.get("output_changes", {})
    return Plan(
        changes=tuple(_change(entry) for entry in document.get("resource_changes", [])),
        drift=tuple(_change(entry) for entry in document.get("resource_drift", [])),
        changed_outputs=tuple(sorted(name for name, change in outputs.items() if change["actions"] != ["no-op"])),
    )


def _change(entry: JsonObject) -> ResourceChange:
    change = entry["change"]
    return ResourceChange(
        address=entry["address"],
        type=entry["type"],
        mode=entry["mode"],
        action=ACTIONS[tuple(change["actions"])],
        before=change.get("before"),
        after=change.get("after"),
        after_unknown=change.get("after_unknown"),
        before_sensitive=change.get("before_sensitive"),
        after_sensitive=change.get("after_sensitive"),
        replace_paths=tuple(tuple(path) for path in change.get("replace_paths", [])),
        previous_address=entry.get("previous_address"),
    )
