"""What of a recorded step differs from a replayed one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pipeline.json_types import Json, JsonObject

Path = tuple[str | int, ...]

ANYTHING = "(anything)"
"""Stands in a recording for what is not compared."""

_ABSENT = "(absent)"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value that is not as recorded."""

    step: int
    part: str
    """The part of the step: plan, drift, apply, state, again or import."""
    where: str
    recorded: Json
    replayed: Json

    def describe(self) -> str:
        """Return the difference as a line."""
        return f"step {self.step} {self.part} {self.where}: recorded {self.recorded!r}, replayed {self.replayed!r}"


def differences(
    step: int, recorded: JsonObject, replayed: JsonObject, volatile: Collection[Path]
) -> Iterator[Difference]:
    """Compare what a step led to, part by part; volatile values need only be there in both."""
    for key in ("plan", "apply", "import", "state", "again"):
        if key in recorded:
            yield from _compare(step, (key,), recorded[key], replayed.get(key, _ABSENT), volatile)


def _compare(step: int, path: Path, recorded: Json, replayed: Json, volatile: Collection[Path]) -> Iterator[Difference]:
    if (step, *path) in volatile and recorded is not None and replayed not in (None, _ABSENT):
        return
    if isinstance(recorded, dict) and isinstance(replayed, dict):
        for key in sorted({*recorded, *replayed}):
            yield from _compare(step, (*path, key), recorded.get(key, _ABSENT), replayed.get(key, _ABSENT), volatile)
    elif isinstance(recorded, list) and isinstance(replayed, list) and len(recorded) == len(replayed):
        for index, pair in enumerate(zip(recorded, replayed, strict=True)):
            yield from _compare(step, (*path, index), *pair, volatile)
    elif recorded not in (ANYTHING, replayed):
        part = "drift" if path[:2] == ("plan", "drift") else str(path[0])
        where = ".".join(map(str, path[1:]))
        yield Difference(step=step, part=part, where=where, recorded=recorded, replayed=replayed)
