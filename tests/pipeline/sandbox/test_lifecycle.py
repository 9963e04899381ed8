from __future__ import annotations

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from pipeline.adapters.process_identity import Process
from pipeline.errors import SandboxError
from pipeline.sandbox import lifecycle, record
from pipeline.sandbox.lifecycle import Condition, StartOutcome
from pipeline.sandbox.record import ProviderMode
from tests.sandbox_fixtures import new_client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.sandbox.record import Sandbox

GONE_SECONDS = 10


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A sandbox's directory; whatever a test leaves running in it is stopped."""
    place = tmp_path / ".sandbox"
    yield place
    lifecycle.stop(place)


def start(directory: Path, provider: ProviderMode = ProviderMode.REGISTRY) -> Sandbox:
    return lifecycle.start(directory, provider=provider).sandbox


def make_bucket(sandbox: Sandbox) -> None:
    configuration = {"LocationConstraint": "eu-central-1"}
    new_client("s3", sandbox.endpoint).create_bucket(Bucket="kept", CreateBucketConfiguration=configuration)


def buckets(sandbox: Sandbox) -> list[str]:
    return [bucket["Name"] for bucket in new_client("s3", sandbox.endpoint).list_buckets()["Buckets"]]


def kill(process: Process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + GONE_SECONDS
    while process.alive() and time.monotonic() < deadline:
        time.sleep(0.01)


def processes_in(directory: Path) -> list[str]:
    """Find the processes that a directory is named to on their command line."""
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if str(directory) in line]


@pytest.mark.parametrize(
    ("provider", "names"), [(ProviderMode.STAND_IN, ["moto", "provider"]), (ProviderMode.REGISTRY, ["moto"])]
)
def test_start_runs_moto_and_the_provider_until_stop(directory: Path, provider: ProviderMode, names: list[str]) -> None:
    sandbox = start(directory, provider)

    assert [process.name for process in sandbox.processes] == names
    assert all(os.getsid(process.pid) == process.pid for process in sandbox.processes), "not in a session of its own"
    assert lifecycle.inspect(directory).condition is Condition.RUNNING
    assert buckets(sandbox) == []

    assert lifecycle.stop(directory) == sandbox
    assert processes_in(directory) == []
    assert lifecycle.inspect(directory).condition is Condition.STOPPED


def test_a_second_start_leaves_the_sandbox_as_it_is(directory: Path) -> None:
    first = start(directory)
    make_bucket(first)

    second = lifecycle.start(directory, provider=ProviderMode.REGISTRY)

    assert second.outcome is StartOutcome.ALREADY_RUNNING
    assert second.sandbox == first
    assert buckets(second.sandbox) == ["kept"]


def test_a_second_stop_does_nothing(directory: Path) -> None:
    start(directory)
    assert lifecycle.stop(directory) is not None
    assert lifecycle.stop(directory) is None


def test_what_was_made_is_gone_after_a_stop(directory: Path) -> None:
    make_bucket(start(directory))
    lifecycle.stop(directory)
    assert buckets(start(directory)) == []


def test_two_starts_at_once_make_one_sandbox(directory: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.sandbox import lifecycle, record\n"
        "started = lifecycle.start(Path(sys.argv[1]), provider=record.ProviderMode.REGISTRY)\n"
        "print(started.outcome, started.sandbox.moto.pid)"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", code, str(directory)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = sorted(start.communicate(timeout=60)[0].rpartition(" ") for start in starts)

    assert [outcome for outcome, _, _ in outputs] == [StartOutcome.ALREADY_RUNNING, StartOutcome.STARTED]
    assert len({pid for _, _, pid in outputs}) == 1


def test_a_fixed_port_is_taken(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SandboxError, match=f"^port {port} is taken$"):
            lifecycle.start(directory, provider=ProviderMode.STAND_IN, port=port)
    assert lifecycle.inspect(directory).condition is Condition.STOPPED
    assert [file.name for file in directory.iterdir()] == ["lock"], "left behind"

    assert lifecycle.start(directory, provider=ProviderMode.REGISTRY, port=port).sandbox.port == port


@pytest.mark.parametrize(
    ("provider", "port", "message"),
    [
        (ProviderMode.STAND_IN, 0, "a sandbox was started with --provider registry already"),
        (ProviderMode.REGISTRY, 1, r"a sandbox was started on port \d+ already"),
    ],
)
def test_a_start_of_another_kind_is_refused(directory: Path, provider: ProviderMode, port: int, message: str) -> None:
    sandbox = start(directory)
    with pytest.raises(SandboxError, match=message):
        lifecycle.start(directory, provider=provider, port=port)
    assert lifecycle.running(directory) == sandbox


def test_a_dead_provider_is_told_and_replaced(directory: Path) -> None:
    sandbox = start(directory, ProviderMode.STAND_IN)
    make_bucket(sandbox)
    provider = sandbox.processes[1]
    kill(provider)

    status = lifecycle.inspect(directory)
    assert (status.condition, status.dead) == (Condition.BROKEN, (provider,))
    with pytest.raises(SandboxError, match=rf"provider \(pid {provider.pid}\) died"):
        lifecycle.running(directory)

    repaired = lifecycle.start(directory, provider=ProviderMode.STAND_IN)
    assert (repaired.outcome, repaired.memory_lost) == (StartOutcome.REPAIRED, False)
    assert repaired.sandbox.moto == sandbox.moto
    assert buckets(repaired.sandbox) == ["kept"]
    assert lifecycle.running(directory).reattach != sandbox.reattach


def test_a_dead_moto_is_told_and_replaced_on_its_port(directory: Path) -> None:
    sandbox = start(directory, ProviderMode.STAND_IN)
    make_bucket(sandbox)
    kill(sandbox.moto)
    assert lifecycle.inspect(directory).dead == (sandbox.moto,)

    repaired = lifecycle.start(directory, provider=ProviderMode.STAND_IN)
    assert (repaired.outcome, repaired.memory_lost) == (StartOutcome.REPAIRED, True)
    assert repaired.sandbox.endpoint == sandbox.endpoint
    assert buckets(repaired.sandbox) == []
    assert not sandbox.processes[1].alive(), "the old provider runs on"


def test_stop_ends_what_is_left_of_a_broken_sandbox(directory: Path) -> None:
    sandbox = start(directory, ProviderMode.STAND_IN)
    kill(sandbox.moto)
    lifecycle.stop(directory)
    assert not sandbox.processes[1].alive()
    assert lifecycle.inspect(directory).condition is Condition.STOPPED


def test_a_process_that_only_has_the_number_of_ours_is_left_alone(directory: Path) -> None:
    sandbox = start(directory)
    kill(sandbox.moto)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        namesake = Process(name="moto", pid=stranger.pid, started=sandbox.moto.started)
        record.write(dataclasses.replace(sandbox, moto=namesake))
        assert lifecycle.inspect(directory).condition is Condition.BROKEN
        lifecycle.stop(directory)
        assert stranger.poll() is None
        stranger.kill()


def test_a_damaged_record_is_told(directory: Path) -> None:
    directory.mkdir()
    file = directory / record.FILE_NAME
    file.write_text("{}")
    with pytest.raises(SandboxError, match=r"sandbox\.json cannot be read"):
        lifecycle.inspect(directory)
    file.unlink()


@pytest.mark.parametrize(("name", "package"), [("moto", "moto"), ("provider", "grpc")])
def test_a_daemon_that_fails_is_told_and_leaves_no_other_behind(
    directory: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    broken = directory.parent / package
    broken.mkdir()
    (broken / "__init__.py").write_text("raise RuntimeError('out of order')")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))

    with pytest.raises(SandboxError, match=f"^{name} did not start: RuntimeError: out of order$"):
        start(directory, ProviderMode.STAND_IN)

    assert lifecycle.inspect(directory).condition is Condition.STOPPED
    assert processes_in(directory) == []
