"""What moto lacks of AWS and the sandbox adds: one module per gap, all named in one list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MENDS: Final[tuple[Callable[[], None], ...]] = ()


def apply_all() -> None:
    """Mend the moto of this process; call it once, before the first request."""
    for mend in MENDS:
        mend()
