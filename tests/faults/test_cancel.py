"""Runs that are cancelled or killed at any moment: no lock stays, no state is lost, the next run ends the work."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.fleet import cancel_like_a_runner, locks

if TYPE_CHECKING:
    import subprocess

    from tests.faults.fleet import Fleet
    from tests.sandbox_fixtures import RunningSandbox

TENANTS = [f"t-{number}" for number in range(6)]
INTERRUPTED = 130
SECONDS_PER_APPLY = 0.4
MOMENTS = [random.Random(seed).uniform(0.3, 2.5) for seed in range(5)]  # noqa: S311 - where to cut, the same each time


def wait_until_something_is_applied(fleet: Fleet, process: subprocess.Popen[str]) -> None:
    while not fleet.applies():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)


def check_that_everything_ends_well(fleet: Fleet, sandbox: RunningSandbox, version: str) -> None:
    fleet.project.do("settle")
    assert locks(fleet, sandbox) == []
    assert not [name for name, tenant in fleet.tenants().items() if tenant["lease"]], "a lease is left"
    fleet.project.do("rollout", "run", "-j", "2")
    assert set(fleet.versions().values()) == {version}
    assert locks(fleet, sandbox) == []
    planned = fleet.project.do("plan", *TENANTS).splitlines()
    for name in TENANTS:
        (line,) = [line for line in planned if line.startswith(f"{name}: ")]
        assert "no changes" in line or "nothing to do" in line


@pytest.mark.parametrize("moment", MOMENTS, ids=[f"{moment:.2f}s" for moment in MOMENTS])
def test_a_runner_cancels(fleet: Fleet, sandbox: RunningSandbox, moment: float) -> None:
    version = fleet.publish("slow", seconds=SECONDS_PER_APPLY)
    fleet.register(TENANTS)
    fleet.project.do("rollout", "start")
    run = fleet.start("rollout", "run", "-j", "2")
    time.sleep(moment)

    cancel_like_a_runner(run)

    check_that_everything_ends_well(fleet, sandbox, version)


def test_one_interrupt_by_a_person_ends_the_run_in_order(fleet: Fleet, sandbox: RunningSandbox) -> None:
    version = fleet.publish("slow", seconds=SECONDS_PER_APPLY)
    fleet.register(TENANTS)
    fleet.project.do("rollout", "start")
    run = fleet.start("rollout", "run", "-j", "2")
    wait_until_something_is_applied(fleet, run)

    run.send_signal(signal.SIGINT)
    run.send_signal(signal.SIGINT)  # an impatient one
    said = run.communicate()[0]

    assert run.returncode == INTERRUPTED, said
    assert "stopping: nothing new begins" in said
    assert "go on with: pipeline rollout run" in said
    assert locks(fleet, sandbox) == []
    assert not [name for name, tenant in fleet.tenants().items() if tenant["lease"]], "a lease is left"
    assert len(set(fleet.applies())) < len(TENANTS)
    check_that_everything_ends_well(fleet, sandbox, version)


def test_an_engine_that_outlives_its_killed_run_is_settled(fleet: Fleet, sandbox: RunningSandbox) -> None:
    version = fleet.publish("slow", seconds=2)
    fleet.register(TENANTS[:2])
    fleet.project.do("rollout", "start")
    run = fleet.start("rollout", "run", "-j", "2")
    while len(locks(fleet, sandbox)) < 2:
        assert run.poll() is None
    time.sleep(0.5)  # past the plan

    run.kill()
    run.communicate()
    settled = fleet.json("settle")

    assert {(found["tenant"], found["found"]) for found in settled} == {("t-0", "finished"), ("t-1", "finished")}
    assert set(fleet.versions().values()) == {version}
    fleet.project.do("rollout", "run")
    assert Counter(fleet.applies()) == {"t-0": 1, "t-1": 1}, "somebody was applied twice"
    assert "nothing was left running" in fleet.project.do("settle")


def test_the_lock_of_a_killed_engine_is_taken_away(fleet: Fleet, sandbox: RunningSandbox) -> None:
    version = fleet.publish("slow", seconds=30)
    fleet.register(["t-0"])
    run = fleet.start("apply", "t-0")
    record = fleet.project.directory / ".pipeline" / "workspaces" / "t-0" / "engine.json"
    while not (record.exists() and locks(fleet, sandbox) and "apply" in engine_verb(record)):
        assert run.poll() is None

    run.kill()
    run.communicate()
    kill_engine(record)
    (settled,) = fleet.json("settle")

    assert (settled["found"], "took its state lock away" in settled["detail"]) == ("half done", True)
    assert locks(fleet, sandbox) == []
    assert fleet.tenants()["t-0"]["status"] == "failed"
    fleet.publish("slow", seconds=0)
    fleet.project.do("apply", "t-0")
    assert fleet.versions() != {"t-0": version}


def engine_verb(record: Path) -> str:
    """Give the command line of the engine that works in a workspace; empty where none does."""
    try:
        return Path(f"/proc/{json.loads(record.read_text())['pid']}/cmdline").read_text()
    except (OSError, ValueError):
        return ""


def kill_engine(record: Path) -> None:
    """Kill the engine of a workspace and all that it started: it has a session of its own."""
    os.killpg(json.loads(record.read_text())["pid"], signal.SIGKILL)
