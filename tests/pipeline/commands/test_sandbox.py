from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import SandboxError
from pipeline.sandbox import lifecycle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT = Path(__file__).resolve().parents[3]
PIPELINE = str(Path(sys.executable).with_name("pipeline"))
Command = subprocess.CompletedProcess[str]


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / ".sandbox"
    yield place
    lifecycle.stop(place)


@pytest.fixture
def sandbox(directory: Path) -> Callable[..., Command]:
    """Give `pipeline sandbox` for a directory of the test's own."""
    surroundings = os.environ | {"PIPELINE_SANDBOX_DIRECTORY": str(directory)}

    def run(*arguments: str) -> Command:
        command = [PIPELINE, "sandbox", *arguments]
        return subprocess.run(
            command, cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=False, timeout=120
        )

    return run


def test_a_life_of_a_sandbox(sandbox: Callable[..., Command]) -> None:
    started = sandbox("start", "--provider", "registry")
    assert started.returncode == 0, started.stderr
    assert "provider registry. Everything in it is in memory" in started.stdout
    assert "was running already" in sandbox("start", "--provider", "registry").stdout

    document = json.loads(sandbox("status", "--output", "json").stdout)
    assert (document["status"], document["provider"]) == ("running", "registry")
    assert "resource_types" not in document
    assert document["endpoint"] in sandbox("status").stdout

    stopped = sandbox("stop")
    assert (stopped.returncode, "is gone" in stopped.stdout) == (0, True)
    again = sandbox("stop")
    assert (again.returncode, again.stdout) == (0, "The sandbox was not running.\n")


def test_a_stopped_sandbox_is_told(sandbox: Callable[..., Command]) -> None:
    status = sandbox("status")
    assert (status.returncode, status.stdout) == (SandboxError.exit_code, "stopped\n")
    assert json.loads(sandbox("status", "--output", "json").stdout) == {"status": "stopped"}

    env = sandbox("env")
    assert (env.returncode, env.stdout) == (SandboxError.exit_code, "")
    assert env.stderr == "error: the sandbox is not running\n  try: pipeline sandbox start\n"


def test_a_broken_sandbox_is_told_and_repaired(sandbox: Callable[..., Command], directory: Path) -> None:
    sandbox("start")
    running = lifecycle.running(directory)
    moto, provider = running.processes
    os.kill(provider.pid, signal.SIGKILL)

    status = sandbox("status")
    assert status.returncode == SandboxError.exit_code
    assert f"broken at {running.endpoint}" in status.stdout
    assert f"  moto: pid {moto.pid}\n  provider: pid {provider.pid} has died\n" in status.stdout
    assert sandbox("env").stderr.startswith(f"error: the sandbox is broken: provider (pid {provider.pid}) died")

    assert "The provider had died" in sandbox("start").stdout
    assert sandbox("status").returncode == 0


def test_what_the_stand_in_supports_is_told(sandbox: Callable[..., Command]) -> None:
    sandbox("start")
    document = json.loads(sandbox("status", "--output", "json").stdout)
    resources, data_sources = document["resource_types"], document["data_sources"]
    assert "aws_dynamodb_table" in resources
    assert "aws_iam_policy_document" in data_sources
    counts = f"The stand-in supports {len(resources)} resource types and {len(data_sources)} data sources"
    assert counts in sandbox("status").stdout


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_any_pin_and_a_lock_file_of_the_real_provider_do(sandbox: Callable[..., Command], tmp_path: Path) -> None:
    sandbox("start")
    source = {"source": "aws", "version": "= 6.7.1"}
    document = {"terraform": {"required_providers": {"aws": source}}, "data": {"aws_region": {"here": {}}}}
    (tmp_path / "main.tf.json").write_text(json.dumps(document))
    lock = tmp_path / ".terraform.lock.hcl"
    recorded = f"""provider "registry.terraform.io/hashicorp/aws" {{
  version     = "6.7.1"
  constraints = "6.7.1"
  hashes      = ["zh:{"0" * 64}"]
}}
"""
    lock.write_text(recorded)
    script = f'eval "$({PIPELINE} sandbox env)"; cd {tmp_path}; terraform init -input=false; terraform plan'
    surroundings = os.environ | {"PIPELINE_SANDBOX_DIRECTORY": str(tmp_path / ".sandbox")}
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", script], cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=False
    )
    assert (done.returncode, lock.read_text()) == (0, recorded), done.stdout + done.stderr


def test_a_taken_port_is_one_clear_error(sandbox: Callable[..., Command], directory: Path) -> None:
    sandbox("start", "--provider", "registry")
    port = lifecycle.running(directory).port
    other = directory.with_name("another")
    surroundings = os.environ | {"PIPELINE_SANDBOX_DIRECTORY": str(other)}
    command = [PIPELINE, "sandbox", "start", "--port", str(port)]
    refused = subprocess.run(command, cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=False)

    assert (refused.returncode, refused.stdout) == (SandboxError.exit_code, "")
    assert refused.stderr.startswith(f"error: port {port} is taken\n  try: choose another one")
    assert lifecycle.inspect(other).sandbox is None


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
@pytest.mark.parametrize("forgotten", ["nothing", "TF_REATTACH_PROVIDERS"])
def test_plain_terraform_works_after_the_printed_lines(
    sandbox: Callable[..., Command], tmp_path: Path, forgotten: str
) -> None:
    sandbox("start")
    _write_configuration(tmp_path)
    script = f"""
        eval "$({PIPELINE} sandbox env)"
        unset {forgotten}
        cd {tmp_path}
        {sys.executable} make_bucket.py
        {sys.executable} write_overrides.py
        terraform init -input=false -no-color
        terraform apply -input=false -no-color -auto-approve
        terraform output -raw arn
    """
    surroundings = os.environ | {
        "PIPELINE_SANDBOX_DIRECTORY": str(tmp_path / ".sandbox"),
        "TF_CLI_CONFIG_FILE": "/never/there",
        "AWS_PROFILE": "never-there",
    }
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", script], cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("arn:aws:ssm:eu-central-1:123456789012:parameter/acme/greeting")
    assert (tmp_path / ".terraform.lock.hcl").exists() == (forgotten == "TF_REATTACH_PROVIDERS")


def _write_configuration(directory: Path) -> None:
    (directory / "main.tf.json").write_text(
        json.dumps(
            {
                "terraform": {"required_providers": {"aws": {"source": "aws", "version": "6.25.0"}}},
                "resource": {
                    "aws_ssm_parameter": {"greeting": {"name": "/acme/greeting", "type": "String", "value": "hello"}}
                },
                "output": {"arn": {"value": "${aws_ssm_parameter.greeting.arn}"}},
            }
        )
    )
    (directory / "make_bucket.py").write_text(
        "import boto3\n"
        "location = {'LocationConstraint': 'eu-central-1'}\n"
        "boto3.client('s3').create_bucket(Bucket='states', CreateBucketConfiguration=location)\n"
    )
    (directory / "write_overrides.py").write_text(
        "import json, os\n"
        "backend = json.loads(os.environ['PIPELINE_BACKEND_OVERRIDES']) | {'bucket': 'states', 'key': 'state'}\n"
        "provider = json.loads(os.environ['PIPELINE_PROVIDER_OVERRIDES'])\n"
        "document = {'terraform': {'backend': {'s3': backend}}, 'provider': {'aws': [provider['aws']]}}\n"
        "open('overrides.tf.json', 'w').write(json.dumps(document))\n"
    )
