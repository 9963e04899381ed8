from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from pipeline.adapters.github import LONGEST_SUMMARY, GitHub, Level
from pipeline.adapters.github_api import GitHubApi, GitHubError
from tests.github_server import REPOSITORY, GitHubServer, github_server, read_outputs, step_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with github_server() as running:
        yield running


def test_outside_a_run_nothing_happens(tmp_path: Path, server: GitHubServer) -> None:
    stream = io.StringIO()
    environment = step_environment(tmp_path, server, pull_request=5) | {"GITHUB_ACTIONS": ""}
    github = GitHub(environment, stream)
    github.outputs({"a": "1"})
    github.summary("text")
    github.annotate(Level.ERROR, "oh")
    assert github.comment("review", "text") is None
    assert github.is_over("https://github.com/octo/fleet/actions/runs/7") is None
    assert (stream.getvalue(), server.requests) == ("", [])
    assert not (tmp_path / "outputs").exists()
    assert not (tmp_path / "summary.md").exists()


def test_outputs_of_any_number_of_lines_cannot_set_another(tmp_path: Path, server: GitHubServer) -> None:
    hostile = "one\nend-0\nstolen<<x\n1\nx"
    GitHub(step_environment(tmp_path, server)).outputs({"rollout": "20261125", "text": hostile, "empty": ""})
    assert read_outputs(tmp_path / "outputs") == {"rollout": "20261125", "text": hostile, "empty": ""}


def test_an_output_has_a_name(tmp_path: Path, server: GitHubServer) -> None:
    with pytest.raises(ValueError, match="not the name of an output"):
        GitHub(step_environment(tmp_path, server)).outputs({"a\nb": "1"})


def test_commands_keep_their_text_on_one_line(tmp_path: Path, server: GitHubServer) -> None:
    stream = io.StringIO()
    github = GitHub(step_environment(tmp_path, server), stream)
    github.annotate(Level.WARNING, "100%\n::error::no", title="acme: held, see")
    assert stream.getvalue() == "::warning title=acme%3A held%2C see::100%25%0A::error::no\n"


def test_why_a_command_failed_stands_on_the_runs_page(tmp_path: Path, server: GitHubServer) -> None:
    stream = io.StringIO()
    GitHub(step_environment(tmp_path, server), stream).tell_error("no `stable` version\nof <b>any</b> tier", "publish")
    assert stream.getvalue() == "::error::no `stable` version%0Aof <b>any</b> tier\n"
    assert (tmp_path / "summary.md").read_text() == "**`no 'stable' version of <b>any</b> tier`**\n\nTry: `publish`\n"


def test_a_summary_is_added_to_and_cut_at_what_github_takes(tmp_path: Path, server: GitHubServer) -> None:
    github = GitHub(step_environment(tmp_path, server))
    github.summary("# First")
    github.summary("é" * LONGEST_SUMMARY)
    github.summary("lost")
    written = (tmp_path / "summary.md").read_bytes()
    assert written.startswith(b"# First\n")
    assert len(written) <= LONGEST_SUMMARY
    assert "The rest was cut" in written.decode()


def test_a_run_has_a_page_and_an_attempt(tmp_path: Path, server: GitHubServer) -> None:
    github = GitHub(step_environment(tmp_path, server))
    assert github.run_url == "https://github.com/octo/fleet/actions/runs/7"
    assert github.attempt == 2
    assert (GitHub({}).run_url, GitHub({}).attempt) == (None, 1)


def test_one_comment_is_written_once_and_then_over(tmp_path: Path, server: GitHubServer) -> None:
    for number in range(150):
        server.add(f"comment {number}", by="User")
    server.add("<!-- review -->\nwritten by somebody who knows the marker", by="User")
    server.add("<!-- review -->\nwritten by somebody who left", by="")["user"] = None
    github = GitHub(step_environment(tmp_path, server, pull_request=5))

    first = github.comment("review", "one class")
    second = github.comment("review", "two classes")

    assert first == second
    mine = [c["body"] for c in server.comments if (c["user"] or {}).get("type") == "Bot"]
    assert mine == ["<!-- review -->\ntwo classes"]
    assert server.comments[150]["body"].endswith("who knows the marker")
    assert {authorization for _, _, authorization in server.requests} == {"Bearer a-token"}


def test_a_comment_whose_answer_got_lost_is_not_written_twice(server: GitHubServer) -> None:
    pauses: list[float] = []
    api = GitHubApi(server.address, REPOSITORY, "a-token", sleep=pauses.append)
    server.lost_answers = 1
    api.write_comment(5, "<!-- review -->", "one class")
    assert [comment["body"] for comment in server.comments] == ["<!-- review -->\none class"]
    assert pauses == [5.0]


def test_without_a_pull_request_there_is_no_comment(tmp_path: Path, server: GitHubServer) -> None:
    assert GitHub(step_environment(tmp_path, server)).comment("review", "text") is None
    assert server.requests == []


def test_a_long_comment_is_one_that_github_takes(tmp_path: Path, server: GitHubServer) -> None:
    GitHub(step_environment(tmp_path, server, pull_request=5)).comment("review", "x" * 100_000)
    assert len(server.comments[0]["body"]) < 65_536


def test_calls_are_tried_again_and_then_fail_with_githubs_reason(server: GitHubServer) -> None:
    pauses: list[float] = []
    api = GitHubApi(server.address, REPOSITORY, "a-token", sleep=pauses.append)
    server.runs["7"] = "in_progress"
    server.failures = [502, 429]
    assert api.run_status("7") == "in_progress"
    assert pauses == [2.0, 4.0]
    server.failures = [403]
    with pytest.raises(GitHubError, match="403 not now"):
        api.run_status("7")


def test_a_refusal_that_says_how_long_to_wait_is_waited_for(server: GitHubServer) -> None:
    pauses: list[float] = []
    api = GitHubApi(server.address, REPOSITORY, "a-token", sleep=pauses.append)
    server.runs["7"] = "completed"
    server.failures, server.retry_after = [403], "60"
    assert api.run_status("7") == "completed"
    assert pauses == [60.0]


@pytest.mark.parametrize(
    ("url", "over"),
    [
        ("https://github.com/octo/fleet/actions/runs/7", False),
        ("https://github.com/octo/fleet/actions/runs/8/attempts/2", True),
        ("https://github.com/octo/fleet/actions/runs/9", None),
        ("https://github.com/other/fleet/actions/runs/7", None),
        (None, None),
    ],
)
def test_whether_a_run_is_over(tmp_path: Path, server: GitHubServer, url: str | None, over: object) -> None:
    server.runs = {"7": "in_progress", "8": "completed"}
    assert GitHub(step_environment(tmp_path, server)).is_over(url) is over
