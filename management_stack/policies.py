"""How a policy is written; what it says stands in `permissions.py` and `trust.py`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Statement: TypeAlias = dict[str, Any]
"""One statement of a policy, as IAM writes it."""


def document(statements: Iterable[Statement]) -> str:
    """Write a policy as AWS gives it back, so that no plan sees a difference in spelling."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))
