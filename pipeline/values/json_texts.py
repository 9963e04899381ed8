"""Texts that are JSON, such as policies: what they say, however they are spelled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.json_types import Json


def parsed(text: str) -> Json:
    """Give the object or the list that a text is the JSON of; None for any other text."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def unfolded(value: Json) -> Json:
    """Take texts that are JSON apart, at any depth."""
    if isinstance(value, str):
        document = parsed(value)
        return value if document is None else unfolded(document)
    if isinstance(value, dict):
        return {key: unfolded(inner) for key, inner in value.items()}
    return [unfolded(inner) for inner in value] if isinstance(value, list) else value


def texts_in(value: Json) -> Iterator[str]:
    """List all texts inside a value; the names of attributes are none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)


def says_the_same(one: str, other: str) -> bool:
    """Tell whether two texts are JSON that differs in spelling only, the liberties of policies included."""
    first, second = parsed(one), parsed(other)
    return first is not None and second is not None and _plain(first) == _plain(second)


def _plain(value: Json) -> Json:
    """Policies may have one text in place of a list of one, and the order of texts in a list means nothing."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        plain = [_plain(inner) for inner in value]
        if all(isinstance(inner, str) for inner in plain):
            return plain[0] if len(plain) == 1 else sorted(plain)
        return plain[0] if len(plain) == 1 else plain
    return value
