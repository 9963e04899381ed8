from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

from pipeline.adapters.engine import Engine
from pipeline.adapters.workspaces import LONGEST_RUN_SECONDS, Workspaces
from pipeline.settings import load
from pipeline.values.identifiers import TenantId
from tests.faults.fleet import make_fleet
from tests.pipeline.projects import write_settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox_fixtures import RunningSandbox

ACME = TenantId("acme")


def workspaces(directory: Path) -> Workspaces:
    write_settings(directory, "apart")
    settings = load({}, directory).settings
    return Workspaces(root=directory / "own", seeds=directory / "seeds", engine=Engine(directory), settings=settings)


def test_workspaces_apart_touch_nobody_elses_and_do_not_stay(tmp_path: Path) -> None:
    usual = workspaces(tmp_path)

    with usual.apart() as one, usual.apart() as other:
        directories = {made.directory(ACME) for made in (usual, one, other)}
        one.directory(ACME).mkdir()
        (one.directory(ACME) / "tenant.tfplan").write_text("a secret")

    assert len(directories) == 3
    assert [path for path in tmp_path.rglob("*") if path.name == "tenant.tfplan"] == []


def test_what_a_killed_run_left_goes_with_a_later_one(tmp_path: Path) -> None:
    usual = workspaces(tmp_path)
    old, new = tmp_path / "apart" / "old", tmp_path / "apart" / "new"
    for left in (old, new):
        left.mkdir(parents=True)
    os.utime(old, times=(0, time.time() - LONGEST_RUN_SECONDS - 60))

    with usual.apart():
        pass

    assert (old.exists(), new.exists()) == (False, True)


def test_one_init_serves_an_engine_wherever_a_machine_has_it(sandbox: RunningSandbox, tmp_path: Path) -> None:
    """GitHub's jobs unpack the engine into a folder of their own each, and share what an init brought by a cache."""
    sandbox.reset()
    fleet = make_fleet(tmp_path, sandbox, "seeded")
    fleet.register(["acme"])
    environment = fleet.project.environment
    engine = Engine(tmp_path, environment)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy2(engine.binary, elsewhere / engine.name)

    fleet.project.do("workspace", "write", "acme")
    again = fleet.project.run("workspace", "write", "acme", PATH=f"{elsewhere}:{environment['PATH']}")

    assert again.returncode == 0, again.stderr
    assert len(list((tmp_path / ".pipeline" / "cache" / "seeds").iterdir())) == 1
