from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tenant_stack.lean_bindings import HOOK, NODE_DEFAULTS, node_environment
from tests.tenant_stack.app import PROJECT, files_of, run_app

if TYPE_CHECKING:
    from pathlib import Path

CACHE_ROOT = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"


@pytest.fixture(scope="module")
def copied_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the app in a folder whose name has a space and a quote in it."""
    copy = tmp_path_factory.mktemp("copy") / 'my "best" app'
    shutil.copytree(PROJECT / "tenant_stack", copy / "tenant_stack", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "main.py", copy)
    return copy


def test_the_users_own_settings_win() -> None:
    environment = node_environment({"NODE_OPTIONS": "--trace-warnings", CACHE_ROOT: "/elsewhere", "PATH": "/bin"})

    assert environment[CACHE_ROOT] == "/elsewhere"
    assert environment["NODE_OPTIONS"] == f'--trace-warnings --require "{HOOK}"'
    assert environment.keys() == NODE_DEFAULTS.keys() | {"NODE_OPTIONS"}


def test_the_cache_is_in_the_project() -> None:
    assert node_environment({})[CACHE_ROOT] == str(PROJECT / ".cache" / "jsii")


def test_an_import_leaves_the_environment_as_it_was() -> None:
    run_app("-c", "import os; before = dict(os.environ); import tenant_stack.cdk; assert dict(os.environ) == before")


def test_only_what_is_used_is_loaded_by_either_side(copied_project: Path, tmp_path: Path) -> None:
    report, spy = tmp_path / "loaded.json", tmp_path / "spy.cjs"
    spy.write_text(f"""
        process.on("exit", () => {{
            const loaded = Object.keys(require.cache).filter((file) => file.includes("provider-aws"));
            if (loaded.length) require("fs").writeFileSync({json.dumps(str(report))}, JSON.stringify(loaded));
        }});
    """)
    script = (
        "import main, sys; main.main(); "
        "print(len([name for name in sys.modules if name.startswith('cdktf_cdktf_provider_aws.')]))"
    )

    done = run_app("-c", script, project=copied_project, environment={"NODE_OPTIONS": f"--require {spy}"})

    assert int(done.stdout) < 100  # of 2,212
    loaded = json.loads(report.read_text())
    assert any(file.endswith("lazy-index.js") for file in loaded)
    assert len(loaded) < 100


def test_folder_and_hash_seed_do_not_show_and_nothing_is_printed(copied_project: Path, synthesis: Path) -> None:
    done = run_app(project=copied_project, environment={"PYTHONHASHSEED": "2"})

    assert (done.stdout, done.stderr) == ("", "")
    assert files_of(copied_project / "cdktf.out") == files_of(synthesis)


def test_the_unchanged_bindings_write_the_same_bytes(synthesis: Path, tmp_path: Path) -> None:
    eagerly = "import cdktf, cdktf_cdktf_provider_aws, runpy; runpy.run_path('main.py', run_name='__main__')"

    run_app("-c", eagerly, environment={"CDKTF_OUTDIR": str(tmp_path)})

    assert files_of(tmp_path) == files_of(synthesis)


@pytest.mark.parametrize(("work", "written"), [("setTimeout(write, 300)", True), ("", False)])
def test_node_waits_for_a_worker_and_keeps_its_exit_code(tmp_path: Path, work: str, *, written: bool) -> None:
    worker = f"const write = () => require('fs').writeFileSync('index', ''); {work}"
    script = f"""
        const {{ Worker }} = require("worker_threads");
        new Worker({json.dumps(worker)}, {{ eval: true }});
        process.exit(3);
    """

    done = subprocess.run(["node", "--require", HOOK, "-e", script], cwd=tmp_path, check=False, timeout=30)

    assert done.returncode == 3
    assert (tmp_path / "index").exists() is written
