"""An engine whose AWS throttles: a stand-in on PATH that fails as the real provider does, then hands over."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.fleet import Fleet

# What terraform prints with -json where AWS refuses a call for being asked too often.
THROTTLED = (
    '{"@level":"error","type":"diagnostic","diagnostic":{"severity":"error","summary":"creating DynamoDB Table",'
    '"detail":"operation error DynamoDB: CreateTable, https response error StatusCode: 400, ThrottlingException:'
    ' Rate exceeded"}}'
)
REFUSED = THROTTLED.replace("ThrottlingException: Rate exceeded", "AccessDeniedException: not yours")


def engine_that_fails(fleet: Fleet, folder: Path, *, times: int, saying: str) -> Fleet:
    """Put an engine before the real one whose first applies fail."""
    real = shutil.which(fleet.project.environment.get("TERRAFORM_BINARY_NAME") or "terraform")
    binary = folder / "terraform"
    binary.write_text(
        f"""#!/bin/sh
count="{folder}/count"
if [ "$1" = apply ] && [ "$(wc -l < "$count" 2>/dev/null || echo 0)" -lt {times} ]; then
  echo x >> "$count"
  echo '{saying}'
  exit 1
fi
exec {real} "$@"
"""
    )
    binary.chmod(0o755)
    environment = {**fleet.project.environment, "PATH": f"{folder}:{fleet.project.environment['PATH']}"}
    return replace(fleet, project=replace(fleet.project, environment=environment))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "bin"
    made.mkdir()
    return made


def test_throttling_is_waited_out(fleet: Fleet, folder: Path) -> None:
    fleet.register(["a1"])
    throttled = engine_that_fails(fleet, folder, times=2, saying=THROTTLED)

    assert "a1: 2 added" in throttled.project.do("apply", "a1")

    assert (folder / "count").read_text().count("x") == 2
    assert fleet.applies() == ["a1"]


def test_what_waiting_does_not_cure_fails_at_once(fleet: Fleet, folder: Path) -> None:
    fleet.register(["a1"])
    refused = engine_that_fails(fleet, folder, times=1, saying=REFUSED)

    done = refused.project.run("apply", "a1")

    assert done.returncode == 11
    assert "AccessDeniedException: not yours" in done.stdout
    assert (folder / "count").read_text().count("x") == 1
