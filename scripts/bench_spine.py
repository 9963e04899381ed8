"""Measures the spine: synthesis, unchanged build, workspaces, start-up, apply, each against its alternative.

Every ratio comes from runs of this very process that alternate, so that a machine whose speed drifts does not matter.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.project import Project, make_project  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
TENANTS = 24
CONCURRENCY = 4
WORKSPACES = 100
PIPELINE = str(Path(sys.executable).with_name("pipeline"))
UNPATCHED = "import cdktf, cdktf_cdktf_provider_aws, runpy; runpy.run_path('main.py', run_name='__main__')"


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


def synthesis(project: Project) -> float:
    """Compare the synthesis with the import fixes to the one of the bindings as they come."""
    environment = project.environment | {"CDKTF_OUTDIR": str(project.directory / "bench.out")}

    def synth(*argv: str) -> None:
        command(sys.executable, *argv, directory=project.directory, environment=environment)

    synth("main.py")  # fills the package cache
    time.sleep(3)  # its index is written in the background
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: synth("main.py")))
        theirs.append(timed(lambda: synth("-c", UNPATCHED)))
    print(f"synthesis: {statistics.median(ours):.2f} s, unpatched {statistics.median(theirs):.2f} s")
    return statistics.median(theirs) / statistics.median(ours)


def unchanged_build(project: Project) -> float:
    """Time a build whose sources have not changed, as a whole command."""
    project.ok("template", "build")
    took = [timed(lambda: project.ok("template", "build")) for _ in range(5)]
    print(f"unchanged build: {statistics.median(took):.3f} s")
    return statistics.median(took)


def workspaces(project: Project) -> float:
    """Compare writing a workspace to a real init in it; per tenant, engine processes against none."""
    engine = project.environment.get("TERRAFORM_BINARY_NAME", "terraform")
    one = timed(lambda: project.ok("workspace", "write", "t-000"))
    all_ = timed(lambda: project.ok("workspace", "write", "--all"))
    write = (all_ - one) / (WORKSPACES - 1)
    directories = [project.workspace(f"t-{number:03}") for number in range(10)]
    for directory in directories:
        shutil.rmtree(directory / ".terraform")
    init = statistics.median(
        timed(lambda d=directory: command(engine, "init", "-input=false", directory=d, environment=project.environment))
        for directory in directories
    )
    print(f"workspace: {write * 1000:.2f} ms written, {init * 1000:.1f} ms by init")
    return init / write


def start_up(project: Project) -> float:
    """Time `pipeline --help`."""
    took = [
        timed(lambda: command(PIPELINE, "--help", directory=project.directory, environment=project.environment))
        for _ in range(7)
    ]
    print(f"help: {statistics.median(took):.3f} s")
    return statistics.median(took)


def applying(project: Project) -> float:
    """Compare `pipeline apply` to bare plan and apply in the same directories at the same concurrency."""
    engine = project.environment.get("TERRAFORM_BINARY_NAME", "terraform")
    old = project.json("template", "show")["version"]
    project.edit_template("tenant_stack/identity.py", "default=60,", "default=45,")
    new = project.json("template", "build")["version"]
    project.ok("template", "publish")
    tenants = [f"t-{number:03}" for number in range(TENANTS)]

    def bare(tenant: str) -> None:
        directory = project.workspace(tenant)
        command(
            engine, "plan", "-input=false", "-out=bare.tfplan", directory=directory, environment=project.environment
        )
        command(engine, "apply", "-input=false", "bare.tfplan", directory=directory, environment=project.environment)

    def all_bare() -> None:
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(bare, tenants))

    def apply(version: str) -> None:
        project.ok("apply", *tenants, "-j", str(CONCURRENCY), "--version", version[:12])

    apply(old)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: apply(new)))
        project.ok("workspace", "write", *tenants, "--version", old[:12])
        theirs.append(timed(all_bare))
        apply(old)  # tells the registry where the bare runs left the tenants
    print(f"apply of {TENANTS} tenants: {statistics.median(ours):.2f} s, bare {statistics.median(theirs):.2f} s")
    return statistics.median(ours) / statistics.median(theirs)


def main() -> None:
    """Start a sandbox, measure everything, stop it."""
    with tempfile.TemporaryDirectory() as name:
        sandbox = Path(name) / "sandbox"
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PIPELINE_")}
        project = make_project(_directory(name), inherited, name="bench")
        outside = project.environment | {"PIPELINE_SANDBOX_DIRECTORY": str(sandbox)}
        command(PIPELINE, "sandbox", "start", directory=project.directory, environment=outside)
        try:
            _measure(
                Project(directory=project.directory, environment=inherited | _sandbox_environment(project, outside))
            )
        finally:
            command(PIPELINE, "sandbox", "stop", directory=project.directory, environment=outside)


def _measure(project: Project) -> None:
    project.ok("bootstrap")
    project.ok("template", "build")
    project.ok("template", "publish")
    tenants = {"tenants": [{"tenant_id": f"t-{number:03}", "tier": "basic"} for number in range(WORKSPACES)]}
    file = project.directory / "tenants.json"
    file.write_text(json.dumps(tenants))
    project.ok("tenant", "import", str(file))
    figures = {
        "synth_speedup": round(synthesis(project), 1),
        "build_unchanged_s": round(unchanged_build(project), 3),
        "workspace_vs_init": round(workspaces(project), 1),
        "help_s": round(start_up(project), 3),
        "apply_vs_bare": round(applying(project), 3),
    }
    print(json.dumps(figures))


def _directory(name: str) -> Path:
    directory = Path(name) / "project"
    directory.mkdir()
    return directory


def _sandbox_environment(project: Project, environment: dict[str, str]) -> dict[str, str]:
    """Give the environment of a shell that evaluated `pipeline sandbox env`."""
    script = f'eval "$({PIPELINE} sandbox env)"; exec env -0'
    done = subprocess.run(
        ["bash", "-c", script], cwd=project.directory, env=environment, capture_output=True, text=True, check=True
    )
    pairs = (entry.partition("=") for entry in done.stdout.split("\0") if entry)
    return {key: value for key, _, value in pairs if key != "PIPELINE_SANDBOX_DIRECTORY"}


if __name__ == "__main__":
    main()
