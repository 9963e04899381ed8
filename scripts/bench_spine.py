"""Measures the spine: synthesis, unchanged build, workspaces, start-up, apply, each against its alternative.

Every ratio comes from runs of this very process that alternate, so that a machine whose speed drifts does not matter.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from bench_project import PIPELINE, bare_apply, command, engine_of, register, sandboxed_project, timed

if TYPE_CHECKING:
    from tests.project import Project

ROUNDS = 3
TENANTS = 24
CONCURRENCY = 4
WORKSPACES = 100
UNPATCHED = "import cdktf, cdktf_cdktf_provider_aws, runpy; runpy.run_path('main.py', run_name='__main__')"


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
    engine = engine_of(project)
    one = timed(lambda: project.ok("workspace", "write", "t-000"))
    all_ = timed(lambda: project.ok("workspace", "write", "--all"))
    write = (all_ - one) / (WORKSPACES - 1)
    directories = [project.workspace(f"t-{number:03}") for number in range(10)]
    for directory in directories:
        shutil.rmtree(directory / ".terraform")
    init = statistics.median(
        timed(partial(command, engine, "init", "-input=false", directory=directory, environment=project.environment))
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
    old = project.json("template", "show")["version"]
    project.edit_template("tenant_stack/identity.py", "default=60,", "default=45,")
    new = project.json("template", "build")["version"]
    project.ok("template", "publish")
    tenants = [f"t-{number:03}" for number in range(TENANTS)]

    def all_bare() -> None:
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(lambda tenant: bare_apply(project, tenant), tenants))

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
    with sandboxed_project() as project:
        register(project, [f"t-{number:03}" for number in range(WORKSPACES)])
        figures = {
            "synth_speedup": round(synthesis(project), 1),
            "build_unchanged_s": round(unchanged_build(project), 3),
            "workspace_vs_init": round(workspaces(project), 1),
            "help_s": round(start_up(project), 3),
            "apply_vs_bare": round(applying(project), 3),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
