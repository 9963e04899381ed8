"""What the benchmarks share: a project on a sandbox of its own, and timing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.project import Finished, Project, make_project  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PIPELINE = str(Path(sys.executable).with_name("pipeline"))


class InstalledProject(Project):
    """A project whose commands are the installed script, with all that it imports: what a user waits for."""

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None, stdin: str = "") -> Finished:
        """Run a `pipeline` command to its end, whatever that is."""
        done = subprocess.run(
            [PIPELINE, *arguments],
            cwd=self.directory,
            env=self.environment | dict(environment or {}),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        return Finished(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)


def timed(work: Callable[[], object]) -> float:
    """Time one call, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def command(*argv: str, directory: Path, environment: dict[str, str]) -> None:
    """Run a command that must succeed."""
    done = subprocess.run(argv, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(argv)} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def sandboxed_project() -> Iterator[Project]:
    """Give a project whose template is published and whose control plane is there, for as long as the block runs."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "project"
        directory.mkdir()
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PIPELINE_")}
        project = make_project(directory, inherited, name="bench")
        outside = project.environment | {"PIPELINE_SANDBOX_DIRECTORY": str(Path(name) / "sandbox")}
        command(PIPELINE, "sandbox", "start", directory=directory, environment=outside)
        try:
            environment = inherited | _sandbox_environment(project, outside)
            inside = InstalledProject(directory=directory, environment=environment)
            for step in (("bootstrap",), ("template", "build"), ("template", "publish")):
                inside.ok(*step)
            yield inside
        finally:
            command(PIPELINE, "sandbox", "stop", directory=directory, environment=outside)


def register(project: Project, names: list[str]) -> None:
    """Register tenants of the basic tier."""
    file = project.directory / "tenants.json"
    file.write_text(json.dumps({"tenants": [{"tenant_id": name, "tier": "basic"} for name in names]}))
    project.ok("tenant", "import", str(file))


def engine_of(project: Project) -> str:
    """Give the engine that the project's commands use."""
    return project.environment.get("TERRAFORM_BINARY_NAME", "terraform")


def bare_apply(project: Project, tenant: str) -> None:
    """Plan and apply one tenant in its workspace with nothing but the engine."""
    directory, engine = project.workspace(tenant), engine_of(project)
    for arguments in (("plan", "-input=false", "-out=bare.tfplan"), ("apply", "-input=false", "bare.tfplan")):
        command(engine, *arguments, directory=directory, environment=project.environment)


def _sandbox_environment(project: Project, environment: dict[str, str]) -> dict[str, str]:
    """Give the environment of a shell that evaluated `pipeline sandbox env`."""
    script = f'eval "$({PIPELINE} sandbox env)"; exec env -0'
    done = subprocess.run(
        ["bash", "-c", script], cwd=project.directory, env=environment, capture_output=True, text=True, check=True
    )
    pairs = (entry.partition("=") for entry in done.stdout.split("\0") if entry)
    return {key: value for key, _, value in pairs if key != "PIPELINE_SANDBOX_DIRECTORY"}
