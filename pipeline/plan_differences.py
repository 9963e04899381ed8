"""What differs between the two sides of a change, attribute by attribute, in a form that may be shown.

Three things make a value one that is not shown, and each alone is enough:

- The plan says so: the config uses a sensitive variable there, or the provider's schema calls the attribute sensitive.
- The plan says so of the other side of the change. The engine leaves such marks out where a value is planned anew in
  a replacement, and of old values whose state was written by a terraform before 1.10 and not refreshed since.
- It is a text whose attribute is known to be secret by its name. No mark should ever be missing there; a secret in a
  log cannot be taken back.

What is hidden is replaced here, so that no caller can forget to.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.plans import Path, without_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.json_types import Json
    from pipeline.plans import OutputChange, ResourceChange

HIDDEN: Final = "(sensitive)"
KNOWN_LATER: Final = "(known after apply)"

SECRET_NAME: Final = re.compile(
    r"(^|_)(password|passphrase|secret|secret_key|secret_string|secret_binary|private_key|token)(_v\d+)?$"
)
# Sensitive in the provider's schema under a name that says nothing.
SECRET_ATTRIBUTES: Final = frozenset({("aws_ssm_parameter", "value")})

IDENTIFIER: Final = re.compile(r"[A-Za-z_][\w-]*")

ABSENT: Final = object()
UNKNOWN: Final = object()


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributeChange:
    """One attribute, or a part of one, that differs; whatever must not be shown of it is `(sensitive)` already."""

    path: Path
    """Where it is; the position of an element in a list is the one after the change, if it is there then."""
    before: Json
    after: Json
    """None for what is not there on a side; `(known after apply)` in place of what is not known."""
    unknown: bool
    sensitive: bool
    forces_replacement: bool

    @property
    def name(self) -> str:
        """The path as it is written in a config: `ttl[0].enabled`, `tags["cost center"]`."""
        return "".join(map(_step, self.path)).removeprefix(".")


def differences(change: ResourceChange) -> tuple[AttributeChange, ...]:
    """List what differs between before and after. What is created or deleted differs in every attribute it has."""
    return tuple(_shown(change, difference) for difference in _differences(change))


def real_drift(change: ResourceChange) -> tuple[AttributeChange, ...]:
    """List what differs from the state, except that a null became an empty value or the other way round.

    Providers do that on their first read after a create: `null` becomes `""`, `[]`, `{}`, `0` or `false`.
    """
    return tuple(_shown(change, difference) for difference in _differences(change) if not _is_reading(difference))


def output_difference(change: OutputChange) -> AttributeChange:
    """Give an output's change, as that of one value without a path."""

    def hides(value: Json, path: Path) -> bool:
        return change.sensitive or _is_named_secret("output", value, path)

    before, after = (_masked(value, (change.name,), hides) for value in (change.before, _with_unknown(change)))
    return _attribute_change((), before, after, forces_replacement=False)


class _Difference(NamedTuple):
    """Two values that differ, as they are."""

    path: Path
    before: Json
    after: Json


def _differences(change: ResourceChange) -> Iterator[_Difference]:
    return _compared((), change.before or {}, _with_unknown(change) or {})


def _with_unknown(change: ResourceChange | OutputChange) -> Json:
    """Give the value after the change, with what is unknown put into it."""
    root = [deepcopy(change.after)]
    for path in change.unknown:
        holder: Json = root
        *way, last = (0, *path)
        for step in way:
            holder = holder[step]
        holder[last] = UNKNOWN
    return root[0]


def _compared(path: Path, before: Json, after: Json) -> Iterator[_Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            yield from _compared((*path, name), before.get(name, ABSENT), after.get(name, ABSENT))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _compared_elements(path, before, after)
    elif not _equal(before, after):
        yield _Difference(path, before, after)


def _compared_elements(path: Path, before: list[Json], after: list[Json]) -> Iterator[_Difference]:
    """Compare lists as people do: elements that stayed say nothing, the others are compared with each other.

    A set is a list here. Its elements have an order, but it means nothing.
    """
    kept = _kept(before, after)
    if list(kept.values()) != sorted(kept.values()):
        yield _Difference(path, before, after)  # a new order, so it is none of a set
        return
    gone = [position for position in range(len(before)) if position not in kept.values()]
    new = [position for position in range(len(after)) if position not in kept]
    for old_position, new_position in zip_longest(gone, new):
        old = ABSENT if old_position is None else before[old_position]
        position, value = (old_position, ABSENT) if new_position is None else (new_position, after[new_position])
        yield from _compared((*path, position), old, value)


def _kept(before: Sequence[Json], after: Sequence[Json]) -> dict[int, int]:
    """Find the elements that are on both sides: position after → position before."""
    kept: dict[int, int] = {}
    left = list(range(len(before)))
    for position, element in enumerate(after):
        found = next((old for old in left if before[old] == element), None)
        if found is not None:
            left.remove(found)
            kept[position] = found
    return kept


def _equal(before: Json, after: Json) -> bool:
    old, new = (None if value is ABSENT else value for value in (before, after))
    return type(old) is type(new) and bool(old == new)


def _is_reading(difference: _Difference) -> bool:
    sides = (difference.before, difference.after)
    return None in sides and all(side is None or side in ("", [], {}, 0) for side in sides)


def _shown(change: ResourceChange, difference: _Difference) -> AttributeChange:
    path = without_positions(difference.path)

    def hides(value: Json, path: Path) -> bool:
        marked = any(path[:length] in change.sensitive for length in range(len(path) + 1))
        return marked or _is_named_secret(change.type, value, path)

    before, after = (_masked(value, path, hides) for value in (difference.before, difference.after))
    forces = any(_overlap(path, without_positions(forcing)) for forcing in change.replace_paths)
    return _attribute_change(difference.path, before, after, forces_replacement=forces)


def _attribute_change(path: Path, before: Json, after: Json, *, forces_replacement: bool) -> AttributeChange:
    return AttributeChange(
        path=path,
        before=before,
        after=after,
        unknown=_holds(after, KNOWN_LATER),
        sensitive=_holds(before, HIDDEN) or _holds(after, HIDDEN),
        forces_replacement=forces_replacement,
    )


def _masked(value: Json, path: Path, hides: Callable[[Json, Path], bool]) -> Json:
    """Give a value with what must not be shown, and what is not known, replaced by words."""
    if value is None or value is ABSENT:
        return None
    if value is UNKNOWN:
        return KNOWN_LATER
    if hides(value, path):
        return HIDDEN
    if isinstance(value, dict):
        return {name: _masked(inner, (*path, name), hides) for name, inner in value.items()}
    if isinstance(value, list):
        return [_masked(element, path, hides) for element in value]
    return value


def _is_named_secret(owner: str, value: Json, path: Path) -> bool:
    """Tell whether a value is a text whose name is that of a secret; `generate_secret` is a switch, for one."""
    name = path[-1] if path else ""
    return isinstance(value, str) and bool((owner, name) in SECRET_ATTRIBUTES or SECRET_NAME.search(str(name)))


def _holds(value: Json, words: str) -> bool:
    """Tell whether a masked value is, or holds, these words."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value == words or any(_holds(element, words) for element in inner)


def _overlap(path: Path, other: Path) -> bool:
    """Tell whether one path leads to the other, or through it."""
    length = min(len(path), len(other))
    return path[:length] == other[:length]


def _step(step: str | int) -> str:
    if isinstance(step, str) and IDENTIFIER.fullmatch(step):
        return f".{step}"
    return f"[{json.dumps(step, ensure_ascii=False)}]"
