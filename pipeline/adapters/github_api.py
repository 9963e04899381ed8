"""The few calls of GitHub's REST API that a run makes."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.json_types import JsonObject

API_VERSION: Final = "2022-11-28"
SECONDS: Final = 30
PAGE: Final = 100
ATTEMPTS: Final = 4
TOO_MANY: Final = 429
UNCLEAR: Final = frozenset({500, 502, 503, 504})
SECONDS_UNTIL_LISTED: Final = 5.0
AGAIN: Final = "run the step again"
LONGEST_COMMENT: Final = 65_000  # GitHub takes 65,536 characters


class GitHubError(PipelineError):
    """GitHub could not be reached, or refused a call."""

    exit_code = 14


class UnclearError(GitHubError):
    """GitHub may have done what it was asked, and may have not."""


class GitHubApi:
    """A repository, through the REST API."""

    def __init__(
        self, address: str, repository: str, token: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._base = f"{address}/repos/{repository}"
        self._token = token
        self._sleep = sleep

    def write_comment(self, number: int, marker: str, body: str) -> str:
        """Write the one comment that starts with a marker, a new one where there is none; gives its page."""
        document = {"body": f"{marker}\n{body}"[:LONGEST_COMMENT]}
        try:
            return self._write(number, marker, document)
        except UnclearError:  # what may have been written is looked for, and not written twice
            self._sleep(SECONDS_UNTIL_LISTED)
            return self._write(number, marker, document)

    def _write(self, number: int, marker: str, document: JsonObject) -> str:
        mine = next((c for c in self._comments(number) if _is_mine(c, marker)), None)
        if mine is None:
            written = self._call("POST", f"/issues/{number}/comments", document)
        else:
            written = self._call("PATCH", f"/issues/comments/{mine['id']}", document)
        return str(written["html_url"])

    def run_status(self, run: str) -> str:
        """Give where a run stands: `queued`, `in_progress`, `completed` and so on."""
        return str(self._call("GET", f"/actions/runs/{run}")["status"])

    def _comments(self, number: int) -> Iterator[JsonObject]:
        page = 1
        while True:
            found = self._call("GET", f"/issues/{number}/comments?per_page={PAGE}&page={page}")
            yield from found
            if len(found) < PAGE:
                return
            page += 1

    def _call(self, method: str, path: str, document: JsonObject | None = None) -> Any:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(method, path, document)
            except urllib.error.HTTPError as error:
                with error:
                    wait = error.headers.get("Retry-After", "")
                    if method == "POST" and error.code in UNCLEAR:
                        raise UnclearError(f"GitHub answers {method} {path} with {error.code}", advice=AGAIN) from error
                    # GitHub's limits for bursts answer 403, and say how long to wait.
                    if not (error.code in UNCLEAR or error.code == TOO_MANY or wait) or attempt == ATTEMPTS:
                        raise _refused(method, path, error) from error
                self._sleep(float(wait) if wait.isdecimal() else 2.0**attempt)
            except (urllib.error.URLError, TimeoutError) as error:
                if method == "POST":
                    raise UnclearError(f"GitHub does not answer: {error}", advice=AGAIN) from error
                if attempt == ATTEMPTS:
                    raise GitHubError(f"GitHub does not answer: {error}", advice=AGAIN) from error
                self._sleep(2.0**attempt)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, path: str, document: JsonObject | None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the address is the runner's
            self._base + path,
            method=method,
            data=None if document is None else json.dumps(document).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "User-Agent": "tenant-pipeline",
                "X-GitHub-Api-Version": API_VERSION,
            },
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            content = answer.read()
        return json.loads(content) if content else {}


def _is_mine(comment: JsonObject, marker: str) -> bool:
    # A marker alone proves nothing: anybody can write one, and the token could overwrite anybody's comment.
    # Whoever left GitHub is nobody there.
    return str(comment["body"]).startswith(marker) and (comment["user"] or {}).get("type") == "Bot"


def _refused(method: str, path: str, error: urllib.error.HTTPError) -> GitHubError:
    try:
        message = json.loads(error.read())["message"]
    except (ValueError, KeyError, TypeError):
        message = error.reason
    return GitHubError(
        f"GitHub refuses {method} {path}: {error.code} {message}",
        advice="the job needs GITHUB_TOKEN in its environment, and the permission for this call",
    )
