from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.sandbox import Sandbox, running_sandbox
from tests.conformance.terraform import Terraform
from tests.pipeline.sandbox.provider.resources.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One moto and one provider stand-in for each pytest worker."""
    with running_sandbox(tmp_path_factory.mktemp("stand_in")) as running:
        yield running


@pytest.fixture
def stack(stand_in: Sandbox, tmp_path: Path) -> Stack:
    """Terraform in a directory of its own, on an empty AWS."""
    stand_in.reset()
    return Stack(terraform=Terraform(directory=tmp_path, sandbox=stand_in))
