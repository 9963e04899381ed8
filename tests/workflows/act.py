"""Runs workflows on this machine, by `act` in host mode, in a project whose tenants need no provider.

What act does not know is rewritten: `$/` references, `queue`, and environments that make no deployment. Actions that
only make a machine ready are replaced by stubs that do nothing. Everything else runs as it stands.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.pipeline.projects import COMMAND
from tests.workflows.files import GITHUB

if TYPE_CHECKING:
    from tests.faults.fleet import Fleet

ACT: Final = Path(sys.executable).with_name("act")
NOT_IN_ACT: Final = (
    (r"uses: \$/", "uses: ./"),
    (r"\n +queue: max[^\n]*", ""),
    (r"environment:\n +name: (\w+)\n +deployment: false[^\n]*", r"environment: \1"),
)
STUB: Final = """
name: stub
description: Does nothing.
runs:
  using: composite
  steps:
    - run: exec true
      shell: bash
"""
# Runs the real command, and keeps what it wrote for GitHub's page. Act gives GitHub's own address to every step.
WRAPPER: Final = """#!/bin/bash
export GITHUB_API_URL="{github}" GITHUB_REPOSITORY=octo/fleet
"{command}" "$@"
code=$?
if [[ -s $GITHUB_STEP_SUMMARY ]]; then cat "$GITHUB_STEP_SUMMARY" >>"{summaries}"; fi
exit $code
"""
SECONDS: Final = 180


@dataclass(frozen=True, kw_only=True)
class Workflows:
    """The workflows of a fleet's project."""

    fleet: Fleet
    home: Path

    @property
    def summaries(self) -> str:
        """Everything that was written for GitHub's pages."""
        file = self.home / "summaries.md"
        return file.read_text() if file.exists() else ""

    def run(
        self, workflow: str, event: str, payload: dict[str, Any], *, attempt: int = 1
    ) -> subprocess.CompletedProcess[str]:
        """Run a workflow for an event."""
        (self.home / "event.json").write_text(json.dumps(payload))
        stubs = [part for pin in _pins() for part in ("--local-repository", f"{pin}={self.home / 'stub'}")]
        options = ["--container-daemon-socket", "-", "--action-offline-mode", "--no-cache-server", "--rm"]
        options += ["-P", "ubuntu-24.04=-self-hosted", "--env-file", str(self.home / "environment")]
        options += ["--var-file", "/dev/null", "--secret-file", "/dev/null", "--concurrent-jobs", "2"]
        options += ["--env", f"GITHUB_RUN_ATTEMPT={attempt}"]
        what = [event, "-W", f".github/workflows/{workflow}", "-e", str(self.home / "event.json")]
        return subprocess.run(
            [str(ACT), *what, *options, *stubs],
            cwd=self.fleet.project.directory,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / "cache")},
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )


def make_workflows(fleet: Fleet, home: Path, github: str) -> Workflows:
    """Put the workflows into a fleet's project, as act takes them."""
    project = fleet.project.directory
    shutil.copytree(GITHUB, project / ".github")
    for file in (project / ".github").rglob("*.yml"):
        text = file.read_text()
        for old, new in NOT_IN_ACT:
            text = re.sub(old, new, text)
        file.write_text(text)
    wrapper = WRAPPER.format(command=COMMAND, summaries=home / "summaries.md", github=github)
    _write_program(project / ".venv" / "bin" / "pipeline", wrapper)
    _write_program(project / "scripts" / "setup", "#!/bin/bash\n")
    (home / "stub").mkdir()
    (home / "stub" / "action.yml").write_text(STUB)
    (home / ".actrc").touch()
    (home / ".config" / "act").mkdir(parents=True)
    (home / ".config" / "act" / "actrc").touch()
    inherited = {name: value for name, value in fleet.project.environment.items() if name != "HOME" and value}
    lines = [f"{name}={value}" for name, value in inherited.items() if "\n" not in value]
    (home / "environment").write_text("\n".join(lines))
    for command in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "A fleet")):
        identity = ("-c", "user.name=t", "-c", "user.email=t@localhost")
        subprocess.run(["git", *identity, *command], cwd=project, check=True, capture_output=True)
    remote = ("remote", "add", "origin", "https://github.com/octo/fleet")
    subprocess.run(["git", *remote], cwd=project, check=True)
    return Workflows(fleet=fleet, home=home)


def _write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def _pins() -> set[str]:
    text = "\n".join(file.read_text() for file in GITHUB.rglob("*.yml"))
    return set(re.findall(r"uses: ([\w-]+/[\w-]+@[0-9a-f]{40})", text))
