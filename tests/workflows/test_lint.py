"""What others' tools say of the workflows."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.missing import missing
from tests.workflows.files import ACTIONS, GITHUB, ROOT, WORKFLOWS

HERE = Path(__file__).parent


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name(name)), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.github-actions", ACTIONS),
        ("vendor.dependabot", (GITHUB / "dependabot.yml",)),
    ],
)
def test_files_follow_githubs_schemas(schema: str, files: tuple[Path, ...]) -> None:
    assert files
    done = tool("check-jsonschema", "--builtin-schema", schema, *files)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing_as_an_auditor() -> None:
    done = tool("zizmor", "--offline", "--quiet", "--no-progress", "--persona=auditor", "--format=json", GITHUB)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == []  # not even what somebody chose to ignore


def parse(*files: Path) -> list[str]:
    if not (ROOT / "node_modules" / "@actions" / "workflow-parser").is_dir() or shutil.which("node") is None:
        missing("GitHub's parser of workflows is not installed: scripts/setup tells why")
    command = ["node", "--import", (HERE / "json_imports.mjs").as_uri(), str(HERE / "parse.mjs"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    errors: list[str] = json.loads(done.stdout)
    return errors


def test_githubs_own_parser_takes_every_workflow() -> None:
    assert parse(*WORKFLOWS) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("needs.start.outputs", "neeeds.start.outputs", "Unrecognized named-value: 'neeeds'"),
        ("timeout-minutes: 15", "timeout: 15", "Unexpected value 'timeout'"),
    ],
)
def test_githubs_own_parser_would_have_complained(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = (GITHUB / "workflows" / "rollout.yml").read_text()
    assert old in text
    (tmp_path / "rollout.yml").write_text(text.replace(old, new))
    assert any(complaint in error for error in parse(tmp_path / "rollout.yml"))
