"""What docs/github.md tells people to type is typed here, in its order, against the sandbox."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.project import ROOT, Project, make_project

if TYPE_CHECKING:
    import pytest

    from tests.sandbox_fixtures import RunningSandbox

DOCUMENT = ROOT / "docs" / "github.md"


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text(), flags=re.MULTILINE | re.DOTALL)


def typed(commands: str, project: Project, environment: dict[str, str]) -> str:
    """Type commands into a shell, in the project; gives what they say."""
    script = commands.replace("terraform -chdir", '"${TERRAFORM_BINARY_NAME:-terraform}" -chdir')
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=project.directory,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_way_from_a_fork_to_the_first_rollout(
    sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sandbox.reset()
    project = make_project(tmp_path_factory.mktemp("fork"), sandbox.environment, name="forked")
    settings = project.directory / "pipeline.toml"
    settings.write_text(settings.read_text() + "\n" + "".join(fenced("toml")))
    path = f"{Path(sys.executable).parent}:{project.environment['PATH']}"
    environment = project.environment | {"PATH": path, "TF_CLI_ARGS_apply": "-auto-approve", "TF_INPUT": "0"}

    said = typed("".join(fenced("console")), project, environment)

    assert "tenant-pipeline-apply" in said
    assert {tenant["status"] for tenant in project.json("tenant", "list")} == {"active"}


def test_what_the_document_says_of_the_repository_is_so() -> None:
    text = DOCUMENT.read_text()
    workflows = {file.stem for file in (ROOT / ".github" / "workflows").glob("[a-z]*.yml")}
    assert set(re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)) == workflows
    used = "\n".join(file.read_text() for file in (ROOT / ".github").rglob("*.yml"))
    assert all(f"`{variable}`" in text for variable in set(re.findall(r"vars\.(\w+)", used)))
