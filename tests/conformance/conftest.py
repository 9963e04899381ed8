from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.sandbox import Sandbox, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One moto and one provider for each pytest worker."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running
