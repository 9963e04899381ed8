"""A state that somebody works on with plain terraform: it is waited for, and what was planned before is not applied."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

from tests.faults.fleet import locks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.fleet import Fleet
    from tests.sandbox_fixtures import RunningSandbox


def test_an_apply_by_a_person_is_waited_for_and_planned_upon(
    fleet: Fleet, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    fleet.register(["t-0"])
    fleet.project.do("apply", "t-0")
    version = fleet.publish("slow", seconds=3)
    fleet.project.do("workspace", "write", "t-0")
    workspace = tmp_path / "by-hand"
    shutil.copytree(fleet.project.directory / ".pipeline" / "workspaces" / "t-0", workspace, symlinks=True)
    environment = {name: value for name, value in fleet.project.environment.items() if value}
    by_hand = subprocess.Popen(
        [environment.get("TERRAFORM_BINARY_NAME", "terraform"), "apply", "-auto-approve", "-input=false"],
        cwd=workspace,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not locks(fleet, sandbox):
        assert by_hand.poll() is None

    said = fleet.project.do("apply", "t-0")

    assert by_hand.wait() == 0
    assert "t-0: 0 added, 0 changed, 0 removed" in said
    assert fleet.versions() == {"t-0": version}
    assert Counter(fleet.applies()) == {"t-0": 2}, "what was planned on the former state was applied"
    assert locks(fleet, sandbox) == []
