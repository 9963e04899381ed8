"""Small projects in directories of their own, and the `pipeline` command run in them."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.commands import run_command

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

    from pipeline.json_types import JsonObject
    from tests.sandbox_fixtures import RunningSandbox

COMMAND: Final = Path(sys.executable).with_name("pipeline")
NAMES: Final = {
    "state_bucket": "states",
    "template_bucket": "templates",
    "tenants_table": "tenants",
    "rollouts_table": "rollouts",
    "lock_table": "locks",
}

# What `main.py` of a project without CDKTF does: the files that a synthesis leaves behind are all that counts.
APP: Final = """\
import json, os, pathlib
CONFIGS = json.loads({configs!r})
root = pathlib.Path(os.environ["CDKTF_OUTDIR"])
for name, config in CONFIGS.items():
    (root / "stacks" / name).mkdir(parents=True)
    (root / "stacks" / name / "cdk.tf.json").write_text(json.dumps(config))
stacks = {{name: {{"synthesizedStackPath": f"stacks/{{name}}/cdk.tf.json"}} for name in CONFIGS}}
(root / "manifest.json").write_text(json.dumps({{"stacks": stacks}}))
"""

SEATS: Final[JsonObject] = {
    "type": "number",
    "description": "How many seats.",
    "default": 5,
    "validation": [{"condition": "${var.seats > 0}", "error_message": "Seats must be more than none."}],
}


def variable(type_: str, **more: Any) -> JsonObject:
    """Give a variable's block."""
    return {"type": type_, "description": "A variable.", **more}


def tier_config(**variables: JsonObject) -> JsonObject:
    """Give the config of a tier that needs no provider."""
    return {
        "variable": {"tenant_id": variable("string"), "region": variable("string"), "seats": SEATS, **variables},
        "resource": {"terraform_data": {"seats": {"input": "${var.seats}"}}},
        "output": {"seats": {"value": "${terraform_data.seats.output}", "description": "The seats."}},
    }


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project directory and the environment that commands get in it."""

    directory: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `pipeline` in the project, with variables of its environment replaced; an empty one is not set."""
        wanted = {**self.environment, **environment}
        return run_command(
            arguments,
            directory=self.directory,
            environment={name: value for name, value in wanted.items() if value},
        )

    def do(self, *arguments: str) -> str:
        """Run `pipeline` where it must succeed; gives its output."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise RuntimeError(f"pipeline {' '.join(arguments)}: {done.stderr}")
        return done.stdout


def write_settings(directory: Path, prefix: str, **more: object) -> None:
    """Write a `pipeline.toml` whose buckets and tables start with a prefix."""
    values = {"region": "eu-central-1", **{name: f"{prefix}-{suffix}" for name, suffix in NAMES.items()}, **more}
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in values.items()]
    (directory / "pipeline.toml").write_text("".join(lines))


def write_app(directory: Path, configs: Mapping[str, JsonObject]) -> None:
    """Write a `main.py` that leaves behind what a synthesis of these stacks would."""
    (directory / "main.py").write_text(APP.format(configs=json.dumps(configs)))


def new_project(directory: Path, sandbox: RunningSandbox, prefix: str) -> Project:
    """Make a project with one tier, against a sandbox; nothing is built or bootstrapped yet."""
    write_settings(directory, prefix)
    write_app(directory, {"basic": tier_config()})
    kept = {name: value for name, value in sandbox.environment.items() if not name.startswith("GITHUB_")}
    return Project(directory=directory, environment={**kept, "HOME": str(directory), "PATH": os.environ["PATH"]})
