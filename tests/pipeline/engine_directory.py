"""A directory in which a real engine plans and applies, with local state."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.adapters.plan_file import EngineName, read_plan_file
from pipeline.adapters.plan_json import read_plan_json
from pipeline.values.plan import PlanMode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pipeline.json_types import JsonObject
    from pipeline.values.plan import Plan

STATE_FILE = "terraform.tfstate"
NOTHING_TO_DO, FAILED, SOMETHING_TO_DO = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class SavedPlan:
    """A plan that an engine saved, and the exit code with which it did."""

    engine: EngineName
    file: Path
    exit_code: int
    shown: str
    """The output of `show -json`."""

    def from_file(self) -> Plan:
        """Read it from its file."""
        return read_plan_file(self.file, self.engine)

    def from_json(self, mode: PlanMode) -> Plan:
        """Read it from what the engine shows."""
        return read_plan_json(self.shown, mode)


@dataclass(frozen=True, kw_only=True)
class EngineDirectory:
    """A working directory of one engine."""

    engine: EngineName
    path: Path
    environment: Mapping[str, str]

    def configure(self, config: str) -> None:
        """Write the configuration, and initialise for it."""
        (self.path / "main.tf").write_text(config)
        self.succeed("init", "-input=false")

    def configure_module(self, name: str, config: str) -> None:
        """Write the configuration of a module, to be called as `./NAME`."""
        (self.path / name).mkdir(exist_ok=True)
        (self.path / name / "main.tf").write_text(config)

    def apply(self) -> None:
        """Apply the configuration."""
        self.succeed("apply", "-input=false", "-auto-approve")

    def plan(self, *arguments: str) -> SavedPlan:
        """Save a plan of the configuration."""
        file = self.path / "saved.tfplan"
        done = self.run("plan", "-input=false", "-detailed-exitcode", f"-out={file.name}", *arguments)
        shown = self.succeed("show", "-json", file.name)
        return SavedPlan(engine=self.engine, file=file, exit_code=done.returncode, shown=shown)

    @property
    def state(self) -> JsonObject:
        """The state as it stands in its file."""
        document: JsonObject = json.loads((self.path / STATE_FILE).read_bytes())
        return document

    def edit_state(self, edit: Callable[[JsonObject], None]) -> None:
        """Change the state behind the engine's back."""
        state = self.state
        edit(state)
        (self.path / STATE_FILE).write_text(json.dumps(state | {"serial": state["serial"] + 1}))

    def succeed(self, *arguments: str) -> str:
        """Run a command that must succeed; gives its output."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"{self.engine} {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever that is."""
        verb, *options = arguments
        return subprocess.run(
            [self.engine, verb, "-no-color", *options],
            cwd=self.path,
            env={**self.environment, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def plain_environment(home: Path) -> dict[str, str]:
    """Give an environment in which nobody's settings lead an engine astray."""
    return {"PATH": os.environ["PATH"], "HOME": str(home)}


def _written_out(plan: Plan) -> list[str]:
    """Write all values of a plan as text, in which `true` is not 1."""
    values = [(change.before, change.after) for change in (*plan.changes, *plan.drift)]
    values += [(output.before, output.after) for output in plan.outputs]
    return [json.dumps(value, sort_keys=True) for value in values]


def read_both_ways(saved: SavedPlan, mode: PlanMode = PlanMode.NORMAL) -> Plan:
    """Read a plan with both readers, which must agree."""
    plan, shown = saved.from_file(), saved.from_json(mode)
    assert plan == shown
    assert _written_out(plan) == _written_out(shown)
    assert plan.is_empty is (saved.exit_code == NOTHING_TO_DO)
    return plan
