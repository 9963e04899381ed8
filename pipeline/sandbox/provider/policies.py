"""JSON texts as the real provider spells and compares them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.json_types import Json


def normalize_json(text: str) -> str:
    """Spell a JSON text with sorted keys and no white space; what is no JSON stays as it is."""
    parsed = parse(text)
    return text if parsed is None else dump(parsed, sort_keys=True)


def normalize_policy(text: str) -> str:
    """Spell a policy with sorted keys and no white space, but its version first, as AWS does."""
    parsed = parse(text)
    if not isinstance(parsed, dict):
        return text
    ordered = json.loads(dump(parsed, sort_keys=True))
    version = {"Version": ordered.pop("Version")} if "Version" in ordered else {}
    return dump(version | ordered)


def same_json(one: str, other: str) -> bool:
    """Tell whether two JSON texts say the same."""
    first, second = parse(one), parse(other)
    return one == other if first is None or second is None else first == second


def same_policy(one: str, other: str) -> bool:
    """Tell whether two IAM policies say the same: a list of one is its element, and lists have no order."""
    if one.strip() in ("", "{}") and other.strip() in ("", "{}"):
        return True
    first, second = parse(one), parse(other)
    return one == other if first is None or second is None else _canonical(first) == _canonical(second)


def keep_spelling(stored: str, answered: str, normalize: Callable[[str], str] = normalize_json) -> str:
    """Return the stored policy where AWS's answer says the same, else the answer."""
    return normalize(stored if stored and same_policy(stored, answered) else answered)


def parse(text: str) -> Json:
    """Parse a JSON text; None if it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def dump(value: Json, *, sort_keys: bool = False) -> str:
    """Write JSON without white space, as Go does."""
    return escape_like_go(json.dumps(value, separators=(",", ":"), sort_keys=sort_keys, ensure_ascii=False))


def escape_like_go(text: str) -> str:
    """Escape the characters of a JSON text that Go's encoder escapes: those that HTML minds."""
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_canonical(item) for item in value]
        return items[0] if len(items) == 1 else sorted(items, key=repr)
    return str(value).lower() if isinstance(value, bool) else value
