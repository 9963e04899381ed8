from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from pipeline.adapters import process_identity
from pipeline.adapters.process_identity import Process
from pipeline.sandbox.processes import end, spawn

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SERVER = ["http.server", "--bind", "127.0.0.1", "0"]


def start(tmp_path: Path) -> Process:
    return spawn("server", SERVER, environment=dict(os.environ), log=tmp_path / "server.log")


def test_a_daemon_is_alive_until_it_is_ended(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert process.alive()
    end([process])
    assert not process.alive()


def test_output_goes_to_the_log(tmp_path: Path) -> None:
    process = spawn("wrong", ["http.server", "--no-such-option"], environment=dict(os.environ), log=tmp_path / "log")
    while process.alive():
        time.sleep(0.01)
    assert "--no-such-option" in (tmp_path / "log").read_text()


def test_a_process_that_does_not_end_is_killed(tmp_path: Path) -> None:
    process = start(tmp_path)
    os.kill(process.pid, signal.SIGSTOP)  # so it cannot take note of a request to end
    end([process], grace=0.1)
    assert not process.alive()


def test_another_process_with_the_same_number_is_not_ours() -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        ours = Process(name="ours", pid=other.pid, started="long ago")
        assert not ours.alive()
        end([ours])
        assert other.poll() is None
        other.kill()


def test_a_start_time_is_found_without_proc_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_identity, "PROC", tmp_path / "no-proc")
    process = start(tmp_path)
    assert process.started
    assert process.alive()
    end([process])
    assert not process.alive()
