"""The settings: one file, `pipeline.toml`, and the `PIPELINE_*` environment on top of it.

The directory that holds the file is the project directory; every relative path in the settings starts there.
This module is the only one that reads `PIPELINE_*`.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.json_types import Json, JsonObject

FILE_NAME: Final = "pipeline.toml"
ENVIRONMENT_PREFIX: Final = "PIPELINE_"
REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # S3 bucket naming rules
TABLE: Final = re.compile(r"[A-Za-z0-9_.-]{3,255}")  # DynamoDB table naming rules
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")  # what SQS, SNS and EventBridge all take
REPOSITORY: Final = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")
ROLE: Final = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")
NUMBER: Final = re.compile(r"\d+")
TOPIC: Final = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+")
NAMESPACE: Final = re.compile(r"[A-Za-z0-9._/#-]{1,255}")
WEB_ADDRESS: Final = re.compile(r"https?://\S+")


class LockMode(StrEnum):
    """Where terraform locks a tenant's state."""

    DYNAMODB = "dynamodb"
    LOCKFILE = "lockfile"
    BOTH = "both"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the commands need to know about their surroundings."""

    project_directory: Path
    region: str
    """Region of the control plane."""
    state_bucket: str
    template_bucket: str
    tenants_table: str
    rollouts_table: str
    lock_table: str
    account_role_name: str = ""
    """Role in tenants' accounts to take on here instead of theirs, for jobs that only look; empty = theirs."""
    lock_mode: LockMode = LockMode.DYNAMODB
    lock_timeout: int = 60
    """Seconds that terraform waits for a tenant's state lock."""
    concurrency: int = 0
    """Terraform processes at the same time; 0 = by cores and memory."""
    template_sources: tuple[str, ...] = ("*.py", "cdktf.json", "tenant_stack", "management_stack", "template_locks")
    """Files, directories and patterns that the template is built from."""
    work_directory: Path = Path(".pipeline")
    """Where builds, caches and workspaces live."""
    sandbox_directory: Path = Path(".sandbox")
    provider_overrides: JsonObject = field(default_factory=dict)
    """Per provider name, arguments that this environment needs in its configuration."""
    backend_overrides: JsonObject = field(default_factory=dict)
    """Arguments that this environment needs in the S3 backend."""
    github_repository: str = ""
    """OWNER/NAME of the repository whose workflows run the pipeline."""
    github_owner_id: str = ""
    github_repository_id: str = ""
    event_bus: str = "tenant-pipeline"
    dead_letter_queue: str = "tenant-pipeline-dead-letters"
    """The queue of the events that GitHub did not take."""
    event_queue: str = "tenant-pipeline-events"
    """The queue of copies of all events, by which `reconcile` finds those whose run died."""
    metrics_namespace: str = ""
    """Where metrics go in CloudWatch; empty = nowhere."""
    alarm_topic: str = ""
    """ARN of the SNS topic that failures are told to; empty = none."""
    webhook_url: str = ""
    """Address of a chat that failures are told to; empty = none. Whoever knows it can write there."""


@dataclass(frozen=True, kw_only=True)
class LoadedSettings:
    """The settings, and per setting where its value comes from."""

    settings: Settings
    sources: dict[str, str]


def load(environment: Mapping[str, str] | None = None, start: Path | None = None) -> LoadedSettings:
    """Read the settings that hold in the directory `start`.

    Raises SettingsError for a missing file, an unknown setting or a value that is not acceptable.
    """
    environment = os.environ if environment is None else environment
    file = find_file((start or Path.cwd()).resolve())
    given = _from_file(file) | _from_environment(environment)
    values: dict[str, Json] = {"project_directory": file.parent}
    sources = {"project_directory": f"where {FILE_NAME} is"}
    for setting in (f for f in fields(Settings) if f.name != "project_directory"):
        if setting.name in given:
            raw, source = given[setting.name]
            values[setting.name] = _parsed(setting.name, raw, source, file.parent)
            sources[setting.name] = source
        elif setting.default is MISSING and setting.default_factory is MISSING:
            raise SettingsError(f"{file}: {setting.name} is missing", advice=f"add {setting.name} = ... to {FILE_NAME}")
        else:
            sources[setting.name] = "default"
            if isinstance(setting.default, Path):
                values[setting.name] = file.parent / setting.default
    return LoadedSettings(settings=Settings(**values), sources=sources)


def find_file(start: Path) -> Path:
    """Find the settings file in a directory or the nearest one above it."""
    for directory in (start, *start.parents):
        if (directory / FILE_NAME).is_file():
            return directory / FILE_NAME
    raise SettingsError(f"no {FILE_NAME} in {start} or above it", advice="run the command inside the project")


def _from_file(file: Path) -> dict[str, tuple[Json, str]]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
    return {_known(name, FILE_NAME): (value, FILE_NAME) for name, value in document.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, tuple[Json, str]]:
    given = {}
    for variable in sorted(v for v in environment if v.startswith(ENVIRONMENT_PREFIX)):
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        given[_known(name, variable)] = (environment[variable], variable)
    return given


def _known(name: str, source: str) -> str:
    names = [f.name for f in fields(Settings) if f.name != "project_directory"]
    if name not in names:
        raise SettingsError(f"{source}: there is no setting {name!r}", advice=f"known settings: {', '.join(names)}")
    return name


def _parsed(name: str, raw: Json, source: str, directory: Path) -> Json:
    try:
        return _PARSERS[name](raw, directory)
    except ValueError as error:
        raise SettingsError(f"{source}: {name}: {error}") from error


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[Json, Path], str]:
    def parse(raw: Json, _: Path) -> str:
        if not isinstance(raw, str) or not pattern.fullmatch(raw):
            raise ValueError(f"{raw!r} is not {what}")
        return raw

    return parse


def _optional(pattern: re.Pattern[str], what: str) -> Callable[[Json, Path], str]:
    parse = _matching(pattern, what)
    return lambda raw, project: "" if raw == "" else parse(raw, project)


def _whole_number(raw: Json, _: Path) -> int:
    number = int(raw) if isinstance(raw, str) and raw.isdecimal() else raw
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise ValueError(f"{raw!r} is not a whole number of zero or more")
    return number


def _lock_mode(raw: Json, _: Path) -> LockMode:
    if raw not in list(LockMode):
        raise ValueError(f"{raw!r} is not one of {', '.join(LockMode)}")
    return LockMode(raw)


def _directory(raw: Json, project: Path) -> Path:
    if not isinstance(raw, str) or not raw:
        raise ValueError(f"{raw!r} is not a path")
    return project / Path(raw).expanduser()


def _sources(raw: Json, _: Path) -> tuple[str, ...]:
    entries = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, str) and entry for entry in entries):
        raise ValueError(f"{raw!r} is not a list of paths")
    return tuple(entries)


def _object(raw: Json, _: Path) -> JsonObject:
    try:
        value = json.loads(raw) if isinstance(raw, str) else raw
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValueError(f"{raw!r} is not an object")  # noqa: TRY004 - the value is wrong, not the program
    return value


_PARSERS: Final[dict[str, Callable[[Json, Path], Json]]] = {
    "region": _matching(REGION, "an AWS region"),
    "state_bucket": _matching(BUCKET, "an S3 bucket name"),
    "template_bucket": _matching(BUCKET, "an S3 bucket name"),
    "tenants_table": _matching(TABLE, "a DynamoDB table name"),
    "rollouts_table": _matching(TABLE, "a DynamoDB table name"),
    "lock_table": _matching(TABLE, "a DynamoDB table name"),
    "account_role_name": _optional(ROLE, "the name of a role"),
    "lock_mode": _lock_mode,
    "lock_timeout": _whole_number,
    "concurrency": _whole_number,
    "template_sources": _sources,
    "work_directory": _directory,
    "sandbox_directory": _directory,
    "provider_overrides": _object,
    "backend_overrides": _object,
    "github_repository": _optional(REPOSITORY, "OWNER/NAME"),
    "github_owner_id": _optional(NUMBER, "a number, as text"),
    "github_repository_id": _optional(NUMBER, "a number, as text"),
    "event_bus": _matching(NAME, "the name of an event bus"),
    "dead_letter_queue": _matching(NAME, "the name of a queue"),
    "event_queue": _matching(NAME, "the name of a queue"),
    "metrics_namespace": _optional(NAMESPACE, "a CloudWatch namespace"),
    "alarm_topic": _optional(TOPIC, "the ARN of an SNS topic"),
    "webhook_url": _optional(WEB_ADDRESS, "a web address"),
}
