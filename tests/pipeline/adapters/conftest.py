"""Engines to hold the readers of plans against."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pipeline.adapters.plan_file import EngineName
from tests.pipeline.engine_directory import EngineDirectory, plain_environment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=EngineName)
def engine(request: pytest.FixtureRequest) -> EngineName:
    """Give each engine that is on this machine."""
    name = EngineName(request.param)
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not on PATH")
    return name


@pytest.fixture
def directory(engine: EngineName, tmp_path: Path) -> EngineDirectory:
    """Give a directory for built-in resources, which need no provider."""
    return EngineDirectory(engine=engine, path=tmp_path, environment=plain_environment(tmp_path))
