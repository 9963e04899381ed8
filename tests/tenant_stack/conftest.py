from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.tenant_stack.app import run_app

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.json_types import JsonObject


@pytest.fixture(scope="session")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a directory that the app has just been synthesised into."""
    directory = tmp_path_factory.mktemp("synthesis")
    run_app(environment={"CDKTF_OUTDIR": str(directory), "PYTHONHASHSEED": "1"})
    return directory


@pytest.fixture(scope="session")
def configs(synthesis: Path) -> dict[str, JsonObject]:
    """Give the synthesised config of every tier, by name."""
    return {path.parent.name: json.loads(path.read_bytes()) for path in synthesis.glob("stacks/*/cdk.tf.json")}


@pytest.fixture(params=["basic", "premium"])
def config(request: pytest.FixtureRequest, configs: dict[str, JsonObject]) -> JsonObject:
    """Give the config of one tier; a test that takes it runs for each."""
    tier: str = request.param
    return configs[tier]
