"""Names that the provider makes up where a configuration gives only a prefix, or nothing."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime

_counter = itertools.count(1)
_UNIQUE_SUFFIX = re.compile(r"[0-9a-f]{26}$")


def unique_suffix() -> str:
    """Return 26 characters that sort by time: a timestamp and a counter, as the real provider has them."""
    now = datetime.now(UTC)
    return f"{now:%Y%m%d%H%M%S}{now.microsecond // 100:04d}{next(_counter) & 0xFFFFFFFF:08x}"


def make_name(name: str, prefix: str, suffix: str = "") -> str:
    """Return the name, or one made from the prefix (by default `terraform-`) and the suffix of its kind."""
    return name or (prefix or "terraform-") + unique_suffix() + suffix


def prefix_of(name: str, suffix: str = "") -> str:
    """Return the prefix that a name was made from, or "" if it was given as it is."""
    stem = name.removesuffix(suffix)
    return _UNIQUE_SUFFIX.sub("", stem) if _UNIQUE_SUFFIX.search(stem) else ""
