"""Reads the saved plan of a directory: from its file where the format is known, else from what the engine shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.adapters.engine import PLAN_FILE
from pipeline.adapters.plan_file import EngineName, read_plan_file
from pipeline.adapters.plan_json import read_plan_json
from pipeline.values.plan import UnknownPlanFormatError

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.adapters.engine import Engine
    from pipeline.values.plan import Plan, PlanMode


def read_plan(engine: Engine, directory: Path, mode: PlanMode) -> Plan:
    """Read the plan that was saved in a directory, in this mode: only the file knows it, not what the engine shows."""
    try:
        return read_plan_file(directory / PLAN_FILE, EngineName(engine.name))
    except UnknownPlanFormatError:
        return read_plan_json(engine.show_plan(directory), mode)
