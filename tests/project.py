"""A project of its own for a test: the real template, settings of its own, and the `pipeline` command in it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.commands import run_command

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
SOURCES = ("main.py", "cdktf.json", "tenant_stack", "management_stack")


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A command that ended."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, kw_only=True)
class Project:
    """A directory with a template and settings, and the environment of its commands."""

    directory: Path
    environment: dict[str, str]

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None, stdin: str = "") -> Finished:
        """Run a `pipeline` command to its end, whatever that is."""
        surroundings = self.environment | dict(environment or {})
        done = run_command(arguments, directory=self.directory, environment=surroundings, stdin=stdin)
        return Finished(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def ok(self, *arguments: str) -> str:
        """Run a command that must succeed; gives what it printed."""
        done = self.run(*arguments)
        assert done.exit_code == 0, f"pipeline {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """Run a command that must succeed with JSON output; gives the document."""
        return json.loads(self.ok(*arguments, "--output", "json"))

    def workspace(self, tenant: str) -> Path:
        """Give the directory of a tenant's workspace."""
        return self.directory / ".pipeline" / "workspaces" / tenant

    def edit_template(self, file: str, old: str, new: str) -> None:
        """Change a source of the template; the old text must be there."""
        path = self.directory / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


def make_project(directory: Path, environment: Mapping[str, str], *, name: str) -> Project:
    """Copy the template into a directory, with buckets and tables of its own name."""
    for source in SOURCES:
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, directory / source)
    (directory / "pipeline.toml").write_text(
        "\n".join(
            [
                'region = "eu-central-1"',
                f'state_bucket = "{name}-state"',
                f'template_bucket = "{name}-templates"',
                f'tenants_table = "{name}-tenants"',
                f'rollouts_table = "{name}-rollouts"',
                f'lock_table = "{name}-locks"',
            ]
        )
    )
    foreign = ("GITHUB_", "PIPELINE_SANDBOX")  # where CI runs the tests, no command is a step of that run
    inherited = {key: value for key, value in environment.items() if not key.startswith(foreign)}
    cache = str(ROOT / ".cache" / "jsii")  # one for all tests: filling it takes seconds
    return Project(
        directory=directory,
        environment=inherited | {"PYTHONPATH": str(directory), "JSII_RUNTIME_PACKAGE_CACHE_ROOT": cache},
    )
