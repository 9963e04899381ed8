"""What the documents tell people to type is typed here."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from click.testing import CliRunner

from pipeline.cli import pipeline
from tests.faults.fleet import Fleet, make_fleet
from tests.project import ROOT, SOURCES, make_project

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

SET_UP_ALREADY = ("scripts/", "source ")


def blocks(document: str) -> dict[str, list[str]]:
    """Give the commands of a document's `console` blocks, by the heading that they stand under."""
    found: dict[str, list[str]] = {}
    text = (ROOT / document).read_text()
    for section in re.split(r"^#+ ", text, flags=re.MULTILINE):
        title = section.partition("\n")[0]
        for block in re.findall(r"^```console\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL):
            found.setdefault(title, []).extend(block.splitlines())
    return found


def test_the_commands_of_the_readme_work(tmp_path: Path) -> None:
    commands = [line for line in blocks("README.md")["Try it"] if not line.startswith(SET_UP_ALREADY)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PIPELINE_", "AWS_"))}
    project = make_project(tmp_path, inherited, name="readme")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    script = "\n".join(["set -euo pipefail", "trap 'pipeline sandbox stop' EXIT", *commands])

    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=project.environment | {"PATH": path, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert any(command.startswith("pipeline apply") for command in commands)
    assert "acme: 12 added" in done.stdout


@pytest.fixture
def fleet(sandbox: RunningSandbox, tmp_path: Path) -> Fleet:
    made = make_fleet(tmp_path, sandbox, f"docs-{uuid4().hex[:8]}")
    made.register(["acme", "globex", "initech"], {"canary": ["acme"]})
    made.project.do("apply", "--all")
    made.publish("two")
    return made


def fail_a_rollout(fleet: Fleet) -> None:
    """Bring a fleet to where a reader of the section on failures is."""
    fleet.publish("three")
    fleet.break_down("acme")
    fleet.project.do("rollout", "start")
    assert fleet.project.run("rollout", "run").returncode == 11
    fleet.repair()


def stable(fleet: Fleet) -> str:
    """Give the version that stands for whichever a document names."""
    return next(str(row["version"]) for row in fleet.json("template", "list") if row["stable"])


def test_the_commands_about_fleets_work(fleet: Fleet) -> None:
    sections = blocks("docs/fleet.md")
    assert set(sections) >= {"Who follows, in which order", "When tenants fail", "Going back", "Cancel, Ctrl-C, kill"}
    for title, commands in sections.items():
        if title == "When tenants fail":
            fail_a_rollout(fleet)
        for command in commands:
            program, *arguments = shlex.split(re.sub(r"\b[0-9a-f]{12}\b", stable(fleet), command))
            assert program == "pipeline"
            fleet.project.do(*arguments)
    assert "acme" in fleet.project.do("tenant", "list")


def help_of(words: list[str]) -> str:
    """Give the help of a command by its first words, of which the last may be an argument."""
    for verbs in (words[:2], words[:1]):
        shown = CliRunner().invoke(pipeline, [*verbs, "--help"])
        if shown.exit_code == 0:
            return shown.output
    raise AssertionError(f"there is no command {' '.join(words)}")


DOCUMENTS = ["README.md", *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").glob("*.md")))]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_and_option_that_a_document_names_exists(document: str) -> None:
    """A document may show a command that cannot be run in a test; it must exist all the same."""
    for command in re.findall(r"`pipeline ([a-z][^`\n]*)`", (ROOT / document).read_text()):
        words = [word.strip("[],.") for word in command.split()]
        shown = help_of(words)
        for option in (word for word in words if word.startswith("--")):
            assert option in shown, f"{document}: {command}"


def test_the_demo_copies_what_a_project_is_made_of() -> None:
    demo = (ROOT / "scripts" / "demo").read_text()
    assert all(source in demo for source in SOURCES)
