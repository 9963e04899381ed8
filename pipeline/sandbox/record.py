"""What a running sandbox leaves in its directory, so that later commands find it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pipeline.adapters.files import write_whole
from pipeline.adapters.process_identity import Process
from pipeline.errors import SandboxError

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.json_types import JsonObject

FILE_NAME: Final = "sandbox.json"
LOOPBACK: Final = "127.0.0.1"


class ProviderMode(StrEnum):
    """Where terraform's AWS provider comes from."""

    STAND_IN = "stand-in"
    REGISTRY = "registry"


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """A sandbox that was started and not stopped; its processes may have died all the same."""

    directory: Path
    provider: ProviderMode
    since: datetime
    port: int
    moto: Process
    provider_process: Process | None = None
    reattach: JsonObject = field(default_factory=dict)
    """What TF_REATTACH_PROVIDERS has to say; empty in registry mode."""

    @property
    def endpoint(self) -> str:
        """The URL that stands for all of AWS."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def processes(self) -> tuple[Process, ...]:
        """Its processes, moto first."""
        return (self.moto,) if self.provider_process is None else (self.moto, self.provider_process)


def write(sandbox: Sandbox) -> None:
    """Write the record into the sandbox's directory."""
    document = dataclasses.asdict(sandbox) | {"directory": None, "since": sandbox.since.isoformat()}
    write_whole(sandbox.directory / FILE_NAME, json.dumps(document, indent=2).encode())


def remove(directory: Path) -> None:
    """Remove the record: the sandbox was stopped."""
    (directory / FILE_NAME).unlink(missing_ok=True)


def read(directory: Path) -> Sandbox | None:
    """Read the record of a directory; None if no sandbox was started there.

    Raises SandboxError when it is not readable.
    """
    file = directory / FILE_NAME
    try:
        document = json.loads(file.read_bytes())
        return Sandbox(
            directory=directory,
            provider=ProviderMode(document["provider"]),
            since=datetime.fromisoformat(document["since"]),
            port=document["port"],
            moto=Process(**document["moto"]),
            provider_process=Process(**document["provider_process"]) if document["provider_process"] else None,
            reattach=document["reattach"],
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        advice = "end the processes of the sandbox by hand, then remove the file"
        raise SandboxError(f"{file} cannot be read: {error}", advice=advice) from error
