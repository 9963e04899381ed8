"""The operations of this machine, written down while they run: what `settle` finds when their runner is gone."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pipeline.adapters.files import write_whole
from pipeline.adapters.process_identity import Process, identify

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.json_types import JsonObject
    from pipeline.values.identifiers import TemplateVersion, TenantId
    from pipeline.values.rollout import RolloutId


@dataclass(frozen=True, kw_only=True)
class RunningOperation:
    """An operation on a tenant, and the process that orchestrates it."""

    tenant: TenantId
    kind: str
    owner: str
    """Who has the tenant's lease."""
    version: TemplateVersion
    """What is being applied, or destroyed."""
    specification: str
    """Digest of the inputs that it is applied with: a person can change the tenant's meanwhile."""
    rollout: RolloutId | None
    runner: Process


class RunningOperations:
    """A folder with a file per operation that runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, running: RunningOperation) -> None:
        """Write down that an operation runs."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._folder / f"{running.tenant}.json", json.dumps(asdict(running)).encode())

    def remove(self, tenant: TenantId) -> None:
        """Take note of the end of an operation."""
        (self._folder / f"{tenant}.json").unlink(missing_ok=True)

    def left(self) -> list[RunningOperation]:
        """List the operations whose runner is gone."""
        return [running for running in self._all() if not running.runner.alive()]

    def _all(self) -> list[RunningOperation]:
        return [_running(json.loads(file.read_bytes())) for file in sorted(self._folder.glob("*.json"))]


def this_process() -> Process:
    """Give the process that works here."""
    return identify("pipeline", os.getpid())


def _running(document: JsonObject) -> RunningOperation:
    return RunningOperation(**{**document, "runner": Process(**document["runner"])})
