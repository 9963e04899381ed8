"""Identifiers that the real provider makes up from two names."""

from __future__ import annotations

from pipeline.sandbox.provider.errors import ProviderError


def two_parts(identifier: str, separator: str, form: str) -> tuple[str, str]:
    """Return both names; ProviderError, which tells the right form, if there are not two."""
    first, _, second = identifier.partition(separator)
    if not (first and second) or separator in second:
        raise ProviderError(f"unexpected format of ID ({identifier}), expected {form}")
    return first, second
