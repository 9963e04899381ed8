"""Runs the CDKTF app in a process of its own and hands over what it wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from pipeline.errors import SettingsError, TemplateError
from pipeline.values.digests import digest_of, sha256_hex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.json_types import JsonObject

APP: Final = "main.py"
ADDRESS_CHECK: Final = Path(__file__).with_name("unique_addresses.cjs")

# What decides the output besides the sources: the library, its bindings, and the runtime between Python and Node.
TOOLCHAIN: Final = ("cdktf", "cdktf-cdktf-provider-aws", "constructs", "jsii")


@dataclass(frozen=True, kw_only=True)
class SynthesisedStack:
    """A stack of the app, as it was written."""

    name: str
    config: JsonObject
    assets: dict[str, bytes]
    """Files beside the config that it refers to, by their path from it."""


@contextmanager
def synthesise(project: Path) -> Iterator[list[SynthesisedStack]]:
    """Run `main.py` and give its stacks; raises TemplateError with the app's own error where it fails."""
    if not (project / APP).is_file():
        raise SettingsError(f"{project} has no {APP}", advice="run the command in the project of a template")
    if shutil.which("node") is None:
        raise SettingsError("node is not on PATH; CDKTF needs it to build the template", advice="install Node.js 20.9+")
    with TemporaryDirectory(prefix="synthesis-") as directory:
        done = subprocess.run(
            [sys.executable, APP],
            cwd=project,
            env=_environment(directory),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise TemplateError(f"{APP} failed:\n{_essence(done.stderr)}", advice=f"python {APP} shows the whole of it")
        yield _stacks(Path(directory))


def sources_digest(project: Path, patterns: tuple[str, ...]) -> str:
    """Digest of everything that the template is built from: its sources and the toolchain's versions."""
    files = sorted({file for pattern in patterns for match in project.glob(pattern) for file in _files(match)})
    return digest_of(
        {
            "files": {str(file.relative_to(project)): sha256_hex(file.read_bytes()) for file in files},
            "toolchain": {name: _version(name) for name in TOOLCHAIN},
        }
    )


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        for directory, folders, names in os.walk(path):
            folders[:] = [folder for folder in folders if folder != "__pycache__" and not folder.startswith(".")]
            yield from (Path(directory, name) for name in names)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _environment(directory: str) -> dict[str, str]:
    path = str(ADDRESS_CHECK).replace("\\", "\\\\").replace('"', '\\"')
    options = f'{os.environ.get("NODE_OPTIONS", "")} --require "{path}"'.strip()
    # CDKTF leaves its copies of modules behind in the directory for temporary files.
    return {**os.environ, "CDKTF_OUTDIR": directory, "NODE_OPTIONS": options, "TMPDIR": directory}


def _stacks(directory: Path) -> list[SynthesisedStack]:
    try:
        stacks = json.loads((directory / "manifest.json").read_bytes())["stacks"]
    except (OSError, ValueError, KeyError) as error:
        raise TemplateError(
            f"{APP} wrote no stacks", advice="it must create cdktf's App and call its synth()"
        ) from error
    return [_stack(name, directory / stack["synthesizedStackPath"]) for name, stack in sorted(stacks.items())]


def _stack(name: str, config: Path) -> SynthesisedStack:
    assets = (file for file in sorted(config.parent.rglob("*")) if file.is_file() and file != config)
    return SynthesisedStack(
        name=name,
        config=json.loads(config.read_bytes()),
        assets={file.relative_to(config.parent).as_posix(): file.read_bytes() for file in assets},
    )


def _essence(stderr: str) -> str:
    """Keep of a traceback what the author of a template can use: the frames of Node and of installed packages go."""
    kept: list[str] = []
    skipping = False
    for line in stderr.splitlines():
        if line.startswith("  File "):
            skipping = "site-packages" in line or "<frozen" in line
        elif not line.startswith("    "):
            skipping = False
        if not skipping and not line.lstrip().startswith("at ") and line.strip("@ "):
            kept.append(line)
    return "\n".join(kept[-30:])
