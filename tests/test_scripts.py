import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ["bash", "cat", "chmod", "curl", "dirname", "grep", "mkdir", "mv", "node", "rm", "tr", "uname"]
# Setup finds this address refused at once, wherever the test runs.
UNREACHABLE = "http://127.0.0.1:9"
PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "scripts-under-test"
version = "0"

[tool.hatch.build.targets.wheel]
bypass-selection = true
"""


def clone_into(folder: Path) -> Path:
    """A clone that locks no package, so that setting it up needs no network."""
    clone = folder / "a clone"
    for name in ("scripts", "requirements"):
        (clone / name).mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "setup", clone / "scripts" / "setup")
    (clone / "requirements" / "dev.lock").touch()
    (clone / "pyproject.toml").write_text(PYPROJECT)
    return clone


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One clone for all: each setup but the first takes a moment."""
    return clone_into(tmp_path_factory.mktemp("scripts"))


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """The only folder on PATH: all that setup needs, and no engine."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, f"{name} is not on PATH; install it"
        (folder / name).symlink_to(found)
    (folder / "python3").symlink_to(Path(sys.executable).resolve())
    return folder


def set_up(project: Path, tools: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # The build backend comes from the environment of the tests.
    backend = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    return subprocess.run(
        [project / "scripts" / "setup"],
        cwd=tools,
        env={"PATH": str(tools), "HTTPS_PROXY": UNREACHABLE, "PYTHONPATH": backend, "HOME": str(tools), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def add_engine(tools: Path, name: str) -> None:
    (tools / name).symlink_to(shutil.which("true") or "/bin/true")


def test_second_setup_is_quick_and_changes_nothing(project: Path, tools: Path) -> None:
    add_engine(tools, "terraform")
    first = set_up(project, tools)
    assert (first.returncode, first.stderr) == (0, "")
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}

    started = time.monotonic()
    second = set_up(project, tools)
    elapsed = time.monotonic() - started

    assert second.stdout.splitlines() == [
        "setup: packages are there",
        "setup: terraform is there",
        "setup: ready",
    ]
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before
    assert elapsed < 3  # a tenth of that on an idle machine


def test_setup_installs_again_after_a_change_of_the_lock(project: Path, tools: Path) -> None:
    set_up(project, tools)
    (project / "requirements" / "dev.lock").write_text("# another lock\n")
    assert "setup: installing packages" in set_up(project, tools).stdout


def test_setup_makes_the_environment_anew_in_a_copied_clone(project: Path, tools: Path, tmp_path: Path) -> None:
    set_up(project, tools)
    copied = shutil.copytree(project, tmp_path / "copied", symlinks=True)
    assert "setup: made .venv" in set_up(copied, tools).stdout


def test_missing_engine_is_one_line_and_no_error(project: Path, tools: Path) -> None:
    done = set_up(project, tools)

    assert (done.returncode, done.stderr) == (0, "")
    (line,) = [line for line in done.stdout.splitlines() if "terraform" in line]
    assert "terraform is missing" in line
    assert "install terraform or tofu" in line
    assert done.stdout.endswith("setup: ready\n")
    assert not list((project / ".tools").rglob("*.zip"))


def test_release_of_another_checksum_is_not_installed(project: Path, tools: Path, tmp_path: Path) -> None:
    release = tmp_path / "release.zip"
    with zipfile.ZipFile(release, "w") as archive:
        archive.writestr("terraform", "not what was published")
    (tools / "curl").unlink()
    (tools / "cp").symlink_to(shutil.which("cp") or "/bin/cp")
    # Answers as curl does after `--output FILE ADDRESS`, its last three arguments.
    (tools / "curl").write_text(f'#!{tools / "bash"}\ncp "{release}" "${{@: -2:1}}"\n')
    (tools / "curl").chmod(0o755)

    assert "could not be fetched" in set_up(project, tools).stdout
    assert [path for path in (project / ".tools").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("engine", "variable", "line"),
    [
        ("tofu", "tofu", "setup: tofu is there"),
        ("tofu", "", "setup: terraform is missing, tofu is there; export TERRAFORM_BINARY_NAME=tofu to use it"),
        (
            "terraform",
            "tofu",
            "setup: tofu is missing, which TERRAFORM_BINARY_NAME names; install it or unset the variable",
        ),
    ],
)
def test_engine_is_the_one_that_the_variable_names(
    project: Path, tools: Path, engine: str, variable: str, line: str
) -> None:
    add_engine(tools, engine)
    assert line in set_up(project, tools, TERRAFORM_BINARY_NAME=variable).stdout.splitlines()


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("python3", "exit 1", "needs Python 3.11"),
        ("node", "echo v20.8.1", "needs Node.js 20.9 or later, node is v20.8.1"),
        ("node", "exit 127", "needs Node.js 20.9 or later as node"),
    ],
)
def test_unsuitable_tools_are_named(tmp_path: Path, tools: Path, name: str, answer: str, message: str) -> None:
    (tools / name).unlink()
    (tools / name).write_text(f"#!{tools / 'bash'}\n{answer}\n")
    (tools / name).chmod(0o755)

    done = set_up(clone_into(tmp_path), tools)

    assert done.returncode == 1
    assert message in done.stderr
    assert "ready" not in done.stdout


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="what is tracked, only git knows")
def test_no_tracked_file_names_an_index_or_a_place_on_one_machine() -> None:
    # In pieces, so that this file does not name them either.
    unwanted = ["index" + "-url", "find" + "-links", "trusted" + "-host", "/ro" + "ot/", "/Us" + "ers/"]
    patterns = [argument for text in unwanted for argument in ("-e", text)]
    found = subprocess.run(["git", "grep", "-nIF", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (1, ""), found.stderr  # git grep answers 1 where nothing matches


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.lock")), ids=lambda lock: lock.name)
def test_every_locked_requirement_has_a_version_and_hashes(lock: Path) -> None:
    joined = lock.read_text().replace("\\\n", " ")
    requirements = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert requirements
    assert [line for line in requirements if not re.search(r"^\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []
