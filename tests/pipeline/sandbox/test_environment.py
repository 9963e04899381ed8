from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import settings
from pipeline.adapters.process_identity import Process
from pipeline.sandbox import environment
from pipeline.sandbox.record import ProviderMode, Sandbox

PROJECT = Path(__file__).resolve().parents[3]
MOTO = Process(name="moto", pid=1, started="0")
REATTACH = {"registry.terraform.io/hashicorp/aws": {"Pid": 2}}


def a_sandbox(provider: ProviderMode, directory: str = "/a b/it's") -> Sandbox:
    return Sandbox(
        directory=Path(directory),
        provider=provider,
        since=datetime(2026, 1, 1, tzinfo=UTC),
        port=4000,
        moto=MOTO,
        provider_process=Process(name="provider", pid=2, started="0") if provider is ProviderMode.STAND_IN else None,
        reattach=REATTACH if provider is ProviderMode.STAND_IN else {},
    )


def in_a_shell(lines: str, before: dict[str, str]) -> dict[str, str]:
    """Evaluate lines in a shell and return the environment that it then has."""
    script = f"{lines}\nexec env -0"
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", script], env={"PATH": "/usr/bin:/bin", **before}, capture_output=True, check=True
    )
    assert done.stderr == b""
    return dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0") if entry)


def test_a_shell_that_evaluates_the_lines_has_the_same_environment_as_our_processes() -> None:
    before = {"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "x", "AWS_ENDPOINT_URL_S3": "https://s3", "EDITOR": "ed"}
    sandbox = a_sandbox(ProviderMode.STAND_IN)

    after = in_a_shell(environment.shell_lines(sandbox, before), before)

    for name in ("PATH", "PWD", "SHLVL", "_", "OLDPWD"):
        after.pop(name, None)
    assert after == environment.process_environment(sandbox, before)
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"} & after.keys()
    assert after["EDITOR"] == "ed"
    assert after["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4000"
    assert after["TF_CLI_CONFIG_FILE"] == "/a b/it's/terraform.tfrc"
    assert json.loads(after["TF_REATTACH_PROVIDERS"]) == REATTACH


def test_the_lines_are_exports_and_unsets_and_nothing_else() -> None:
    lines = environment.shell_lines(a_sandbox(ProviderMode.STAND_IN), {}).splitlines()
    assert {line.split()[0] for line in lines} == {"export", "unset"}


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({}, {}),
        ({"TF_CLI_CONFIG_FILE": "/home/me/my.tfrc"}, {"TF_CLI_CONFIG_FILE": "/home/me/my.tfrc"}),
        ({"TF_CLI_CONFIG_FILE": "/a b/it's/terraform.tfrc", "TF_REATTACH_PROVIDERS": "{}"}, {}),
    ],
)
def test_registry_mode_leaves_the_provider_to_terraform(before: dict[str, str], expected: dict[str, str]) -> None:
    after = environment.process_environment(a_sandbox(ProviderMode.REGISTRY), before)
    assert {name: value for name, value in after.items() if name.startswith("TF_")} == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({}, None),
        ({"https_proxy": "http://proxy:1"}, None),
        ({"HTTP_PROXY": "http://proxy:1"}, "127.0.0.1"),
        ({"http_proxy": "http://proxy:1", "NO_PROXY": "intranet,127.0.0.1"}, "intranet,127.0.0.1"),
    ],
)
def test_the_sandbox_is_reached_past_a_proxy(before: dict[str, str], expected: str | None) -> None:
    after = environment.process_environment(a_sandbox(ProviderMode.REGISTRY), before)
    assert after.get("no_proxy") == expected


def test_pipeline_reads_its_part_of_the_environment() -> None:
    loaded = settings.load(environment.process_environment(a_sandbox(ProviderMode.STAND_IN), {}), PROJECT).settings
    assert loaded.provider_overrides == environment.PROVIDER_OVERRIDES
    assert loaded.backend_overrides == environment.BACKEND_OVERRIDES


def test_the_sandbox_itself_runs_without_anyones_settings() -> None:
    before = {"AWS_PROFILE": "work", "MOTO_ACCOUNT_ID": "1", "TF_LOG": "trace", "PIPELINE_REGION": "x", "HOME": "/h"}
    assert environment.cleaned(before) == {"HOME": "/h"}
