"""Runs the CDKTF app as people and the pipeline run it: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT: Final = Path(__file__).resolve().parents[2]

# A copy of the project would fill a cache of its own: 450 MB, ten seconds.
CACHE: Final = {"JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(PROJECT / ".cache" / "jsii")}


def run_app(
    *arguments: str, project: Path = PROJECT, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python with the given arguments, or `main.py`, in a project; its output is kept."""
    return subprocess.run(
        [sys.executable, *(arguments or ("main.py",))],
        cwd=project,
        env={**os.environ, **CACHE, **(environment or {})},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )


def files_of(directory: Path) -> dict[str, bytes]:
    """Read every file under a directory, by its path in it."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}
