"""The sandbox as a fixture: a running one per pytest worker, on the provider that SANDBOX_PROVIDER names."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from pipeline.sandbox import environment, lifecycle
from pipeline.sandbox.record import ProviderMode
from tests.missing import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PROBE = {
    "terraform": {"required_providers": {"aws": {"source": "aws", "version": ">= 5.46, < 7.0"}}},
    "provider": {"aws": [{"region": environment.REGION}]},
}
_INSTALL_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class RunningSandbox:
    """A running sandbox: the environment for processes, and clients for tests."""

    environment: dict[str, str]
    """The whole environment of a process that is to work against it."""
    endpoint: str
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a boto3 client; the same one each time."""
        if service not in self._clients:
            self._clients[service] = new_client(service, self.endpoint)
        return self._clients[service]

    def reset(self) -> None:
        """Forget everything that is in moto."""
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")  # noqa: S310
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310


def new_client(service: str, endpoint: str) -> Any:
    """Make a boto3 client for the sandbox; failures come at once, not after retries."""
    make_client: Any = boto3.client  # its stubs want each service's name as a literal
    return make_client(
        service,
        endpoint_url=endpoint,
        region_name=environment.REGION,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """Give the sandbox of this pytest worker. Tests share it: take names of your own, or reset it first."""
    provider = ProviderMode(os.environ.get("SANDBOX_PROVIDER", ProviderMode.STAND_IN))
    if provider is ProviderMode.REGISTRY:
        _require_registry(tmp_path_factory.mktemp("probe"))
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), provider) as running:
        yield running


@contextmanager
def running_sandbox(directory: Path, provider: ProviderMode) -> Iterator[RunningSandbox]:
    """Run a sandbox in a directory for as long as the block runs."""
    started = lifecycle.start(directory, provider=provider).sandbox
    try:
        surroundings = environment.process_environment(started, os.environ)
        yield RunningSandbox(environment=surroundings, endpoint=started.endpoint)
    finally:
        lifecycle.stop(directory)


def _require_registry(directory: Path) -> None:
    """Do without the tests, with terraform's reason, where it cannot install the real provider."""
    engine = os.environ.get("TERRAFORM_BINARY_NAME", "terraform")
    if shutil.which(engine) is None:
        missing(f"{engine} is not installed")
    (directory / "main.tf.json").write_text(json.dumps(_PROBE))
    command = [engine, "init", "-input=false", "-no-color", "-backend=false"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
    if done.returncode != 0:
        missing(f"{engine} cannot install hashicorp/aws: {done.stderr.strip()}")
