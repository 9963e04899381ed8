"""GitHub Actions, as a command inside a run sees it; outside a run, everything here does nothing.

Annotations go to standard error: the runner reads them there too, and standard output stays a document.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from pipeline.adapters.github_api import GitHubApi, GitHubError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.json_types import JsonObject

OUTPUT_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
RUN_URL: Final = re.compile(r"https?://[^/]+/([^/]+/[^/]+)/actions/runs/(\d+)(?:/.*)?")
# A larger summary fails to upload, and is lost whole.
LONGEST_SUMMARY: Final = 1024 * 1024 - 1024
CUT: Final = "\n\n*The rest was cut: GitHub takes no more.*\n"


class Level(StrEnum):
    """How loud an annotation is."""

    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"


class GitHub:
    """The run that a command is part of, if it is part of one."""

    def __init__(self, environment: Mapping[str, str], stream: IO[str] | None = None) -> None:
        self._environment = environment
        self._stream = stream or sys.stderr

    @property
    def is_running(self) -> bool:
        """Tell whether this is a run of GitHub Actions."""
        return self._environment.get("GITHUB_ACTIONS") == "true"

    @property
    def run_url(self) -> str | None:
        """Give the page of the run."""
        server, repository, run = (self._environment.get(f"GITHUB_{n}") for n in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
        return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else None

    @property
    def attempt(self) -> int:
        """Give the attempt of the run: a re-run counts up."""
        text = self._environment.get("GITHUB_RUN_ATTEMPT", "1")
        return int(text) if text.isdecimal() else 1

    def outputs(self, values: Mapping[str, str]) -> None:
        """Set outputs of the step; a value may have any number of lines."""
        self._append("GITHUB_OUTPUT", "".join(_assignment(name, value) for name, value in values.items()))

    def summary(self, markdown: str) -> None:
        """Add to the page that GitHub shows for the step."""
        file = self._file("GITHUB_STEP_SUMMARY")
        if file is None:
            return
        room = LONGEST_SUMMARY - (file.stat().st_size if file.exists() else 0)
        self._append("GITHUB_STEP_SUMMARY", cut(markdown.rstrip("\n") + "\n", max(room, 0)))

    def tell_error(self, message: str, advice: str) -> None:
        """Show why a command failed, at the top of the run's page and in its summary."""
        self.annotate(Level.ERROR, message)
        self.summary(f"**{_code(message)}**" + (f"\n\nTry: {_code(advice)}" if advice else ""))

    def annotate(self, level: Level, message: str, *, title: str = "") -> None:
        """Show a message at the top of the run's page."""
        properties = f" title={_property(title)}" if title else ""
        self._command(f"::{level}{properties}::{_data(message)}")

    def comment(self, marker: str, body: str) -> str | None:
        """Write the comment of that marker on the pull request, over a former one; gives its page.

        The marker is an HTML comment, which nobody sees. Nothing is done where the run is of no pull request.
        """
        number = self._pull_request()
        if number is None:
            return None
        return self._api().write_comment(number, f"<!-- {marker} -->", body)

    def is_over(self, run_url: str | None) -> bool | None:
        """Tell whether a run has ended; None where that cannot be known."""
        matched = RUN_URL.fullmatch(run_url or "")
        if matched is None or not self.is_running or matched[1] != self._environment.get("GITHUB_REPOSITORY"):
            return None
        try:
            return self._api().run_status(matched[2]) == "completed"
        except GitHubError:
            return None

    def _api(self) -> GitHubApi:
        return GitHubApi(
            self._environment.get("GITHUB_API_URL", "https://api.github.com"),
            self._environment.get("GITHUB_REPOSITORY", ""),
            self._environment.get("GITHUB_TOKEN", ""),
        )

    def _pull_request(self) -> int | None:
        event = self._event() if self.is_running else {}
        number = event.get("pull_request", {}).get("number")
        return number if isinstance(number, int) else None

    def _event(self) -> JsonObject:
        file = self._file("GITHUB_EVENT_PATH")
        if file is None or not file.is_file():
            return {}
        event = json.loads(file.read_bytes())
        return event if isinstance(event, dict) else {}

    def _file(self, variable: str) -> Path | None:
        name = self._environment.get(variable, "")
        return Path(name) if name and self.is_running else None

    def _append(self, variable: str, text: str) -> None:
        if (file := self._file(variable)) is not None:
            with file.open("a", encoding="utf-8") as stream:
                stream.write(text)

    def _command(self, line: str) -> None:
        if self.is_running:
            print(line, file=self._stream, flush=True)


def cut(text: str, most_bytes: int) -> str:
    """Shorten a text to a number of bytes, and say so in it."""
    content = text.encode()
    if len(content) <= most_bytes:
        return text
    room = most_bytes - len(CUT.encode())
    return content[:room].decode(errors="ignore") + CUT if room > 0 else ""


def _assignment(name: str, value: str) -> str:
    if not OUTPUT_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of an output")
    delimiter = f"end-{uuid.uuid4().hex}"  # nobody who writes the value can guess it
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _code(text: str) -> str:
    """Keep a text from being read as Markdown or HTML."""
    inner = text.replace("`", "'").replace("\n", " ")
    return f"`{inner}`"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
