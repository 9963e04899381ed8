"""What becomes of a test where something that it needs is not on this machine."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip the test; on GitHub, where all of it can be installed, that is an error: nobody reads what was skipped."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
