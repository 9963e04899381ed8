"""The workflows as data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
GITHUB: Final = ROOT / ".github"
WORKFLOWS: Final = tuple(sorted((GITHUB / "workflows").glob("*.yml")))
ACTIONS: Final = tuple(sorted((GITHUB / "actions").glob("*/action.yml")))


def read(file: Path) -> dict[str, Any]:
    """Read a workflow; YAML takes its key `on` for the truth."""
    document: dict[Any, Any] = yaml.safe_load(file.read_text())
    if True in document:
        document["on"] = document.pop(True)
    return document


@dataclass(frozen=True)
class Job:
    """A job, and where it stands."""

    file: str
    name: str
    content: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file}:{self.name}"


def jobs() -> Iterator[Job]:
    """Give every job of every workflow."""
    for file in WORKFLOWS:
        for name, content in read(file)["jobs"].items():
            yield Job(file.name, name, content)


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every step of every job and action, with where it stands."""
    for job in jobs():
        yield from ((str(job), step) for step in job.content.get("steps", []))
    for file in ACTIONS:
        yield from ((file.parent.name, step) for step in read(file)["runs"]["steps"])
