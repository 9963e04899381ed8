"""A stand-in for GitHub's REST API, and for what a runner gives to a step."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REPOSITORY = "octo/fleet"


@dataclass
class GitHubServer:
    """What GitHub knows, and what it was asked."""

    address: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    """What a chat's webhook was sent."""
    runs: dict[str, str] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    """Status codes to answer with before anything works."""
    lost_answers: int = 0
    """How many comments to write and then answer with an error."""
    retry_after: str = ""
    """What those answers say of how long to wait."""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and authorization of each call."""

    def answer(self, method: str, path: str, document: Any) -> tuple[int, Any]:
        """Answer one call."""
        if self.failures:
            return self.failures.pop(0), {"message": "not now"}
        if path == "/hook":
            self.posts.append(document)
            return 200, {}
        return self._answer(method, *path.removeprefix(f"/repos/{REPOSITORY}").split("?"), document=document)

    def _answer(self, method: str, path: str, query: str = "", *, document: Any) -> tuple[int, Any]:
        if matched := re.fullmatch(r"/actions/runs/(\d+)", path):
            status = self.runs.get(matched[1])
            return (200, {"status": status}) if status else (404, {"message": "Not Found"})
        if re.fullmatch(r"/issues/\d+/comments", path):
            return self._list(query) if method == "GET" else self._new(document)
        if (matched := re.fullmatch(r"/issues/comments/(\d+)", path)) and method == "PATCH":
            comment = next(c for c in self.comments if c["id"] == int(matched[1]))
            comment["body"] = document["body"]
            return 200, comment
        return 404, {"message": "Not Found"}

    def add(self, body: str, *, by: str) -> dict[str, Any]:
        """Put a comment on the pull request."""
        number = len(self.comments) + 1
        comment = {"id": number, "body": body, "user": {"type": by}, "html_url": f"{self.address}/comment/{number}"}
        self.comments.append(comment)
        return comment

    def _list(self, query: str) -> tuple[int, Any]:
        asked = dict(pair.split("=") for pair in query.split("&"))
        size, page = int(asked["per_page"]), int(asked["page"])
        return 200, self.comments[size * (page - 1) : size * page]

    def _new(self, document: Any) -> tuple[int, Any]:
        if len(document["body"]) > 65_536:
            return 422, {"message": "body is too long"}
        written = self.add(document["body"], by="Bot")
        if self.lost_answers:
            self.lost_answers -= 1
            return 502, {"message": "Bad Gateway"}
        return 201, written


@contextmanager
def github_server() -> Iterator[GitHubServer]:
    """Run the server for as long as the block runs."""
    state = GitHubServer()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            document = json.loads(self.rfile.read(length)) if length else None
            state.requests.append((self.command, self.path, self.headers.get("Authorization", "")))
            code, answer = state.answer(self.command, self.path, document)
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(code)
            if code >= HTTPStatus.BAD_REQUEST and state.retry_after:
                self.send_header("Retry-After", state.retry_after)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = _any  # noqa: N815 - the names that the base calls

        def log_message(self, *_: object) -> None:  # pytest's output is not a web server's log
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def step_environment(directory: Path, server: GitHubServer, *, pull_request: int | None = None) -> dict[str, str]:
    """Give what the runner puts into a step's environment."""
    event = {"pull_request": {"number": pull_request}} if pull_request else {}
    (directory / "event.json").write_text(json.dumps(event))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": server.address,
        "GITHUB_EVENT_PATH": str(directory / "event.json"),
        "GITHUB_OUTPUT": str(directory / "outputs"),
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_RUN_ID": "7",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_STEP_SUMMARY": str(directory / "summary.md"),
        "GITHUB_TOKEN": "a-token",
    }


def read_outputs(file: Path) -> dict[str, str]:
    """Read outputs as the runner does: NAME<<DELIMITER, lines, DELIMITER."""
    found: dict[str, str] = {}
    lines = iter(file.read_text().splitlines())
    for line in lines:
        name, _, delimiter = line.partition("<<")
        value = []
        while (inner := next(lines)) != delimiter:
            value.append(inner)
        found[name] = "\n".join(value)
    return found
