from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipeline.sandbox.provider import PROVIDER_VERSION
from pipeline.sandbox.provider.mirror import READY_FILE, cli_configuration, write_mirror
from tests.processes import started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.json_types import JsonObject

CONFIG: JsonObject = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": PROVIDER_VERSION}}},
    "provider": {"aws": {"region": "eu-central-1"}},
    "data": {"aws_region": {"here": {}}},
    "output": {"region": {"value": "${data.aws_region.here.description}"}},
}


@pytest.fixture
def announced(tmp_path: Path) -> Iterator[Path]:
    """The directory of a running provider process."""
    directory = tmp_path / "running"
    directory.mkdir()
    command = [sys.executable, "-m", "pipeline.sandbox.provider", "--directory", str(directory)]
    with started(command, ready=directory / READY_FILE):
        yield directory


def terraform(working: Path, *arguments: str) -> str:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment = {**kept, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": str(working / "cli.tfrc")}
    done = subprocess.run(
        ["terraform", *arguments], cwd=working, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def workspace(tmp_path: Path, name: str, directory: Path, config: JsonObject = CONFIG) -> Path:
    """A configuration that installs the provider from a mirror of its own."""
    working = tmp_path / name
    working.mkdir()
    write_mirror(working / "mirror", directory=directory)
    (working / "cli.tfrc").write_text(cli_configuration(working / "mirror"))
    (working / "main.tf.json").write_text(json.dumps(config))
    terraform(working, "init", "-input=false")
    return working


def test_terraform_reaches_the_running_provider_through_the_launcher(announced: Path, tmp_path: Path) -> None:
    working = workspace(tmp_path, "work", announced)

    assert "Europe (Frankfurt)" in terraform(working, "plan", "-no-color")


def test_the_launcher_serves_itself_where_no_provider_runs(tmp_path: Path) -> None:
    working = workspace(tmp_path, "work", tmp_path / "nobody")

    assert "Europe (Frankfurt)" in terraform(working, "plan", "-no-color")


def test_a_lock_file_is_valid_for_every_mirror(tmp_path: Path) -> None:
    first, second = (workspace(tmp_path, name, tmp_path / "nobody") for name in ("first", "second"))

    locks = [(working / ".terraform.lock.hcl").read_text() for working in (first, second)]

    assert "h1:" in locks[0]
    assert locks[0] == locks[1]


def test_the_process_ends_by_sigterm_and_takes_its_announcement_with_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline.sandbox.provider", "--directory", str(tmp_path)]
    with started(command, ready=tmp_path / READY_FILE) as process:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=30) == 0
    assert not (tmp_path / READY_FILE).exists()


@pytest.mark.parametrize(
    ("asked", "installed"),
    [
        (None, PROVIDER_VERSION),
        (">= 5.46, < 7.0", PROVIDER_VERSION),
        ("~> 6.0", PROVIDER_VERSION),
        ("~> 5.0", "5.100.0"),
        ("5.46.0", "5.46.0"),
        ("~> 5.46.0", "5.46.2"),
        ("6.7.1", "6.7.1"),
        ("~> 6.7.1", "6.7.2"),
    ],
)
def test_a_configuration_asks_for_whichever_version_it_likes(
    announced: Path, tmp_path: Path, asked: str | None, installed: str
) -> None:
    source = {"source": "hashicorp/aws"} | ({"version": asked} if asked else {})
    working = workspace(tmp_path, "work", announced, CONFIG | {"terraform": {"required_providers": {"aws": source}}})

    assert re.search(rf'version += "{installed}"', (working / ".terraform.lock.hcl").read_text())
    assert "Europe (Frankfurt)" in terraform(working, "plan", "-no-color")
