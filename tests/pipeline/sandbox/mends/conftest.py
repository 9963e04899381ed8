from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.sandbox.record import ProviderMode
from tests.sandbox_fixtures import RunningSandbox, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """Give a moto of this package's own: mends are the same whatever the provider is."""
    with running_sandbox(tmp_path_factory.mktemp("moto"), ProviderMode.REGISTRY) as sandbox:
        yield sandbox


@pytest.fixture
def aws(moto: RunningSandbox) -> RunningSandbox:
    """Give an AWS with nothing in it."""
    moto.reset()
    return moto
