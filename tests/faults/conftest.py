from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.faults.fleet import Fleet, make_fleet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox_fixtures import RunningSandbox


@pytest.fixture
def fleet(sandbox: RunningSandbox, tmp_path: Path) -> Fleet:
    """Give a fleet of its own: nobody is in it yet."""
    return make_fleet(tmp_path, sandbox, f"fleet-{uuid4().hex[:8]}")
