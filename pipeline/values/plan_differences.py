"""What differs between the two sides of a change, attribute by attribute, in a form that may be shown.

Four things make a value one that is not shown, and each alone is enough:

- The plan says so: the config uses a sensitive variable there, or the provider's schema calls the attribute sensitive.
- The plan says so of the other side of the change. The engine leaves such marks out where a value is planned anew in
  a replacement, and of old values whose state was written by a terraform before 1.10 and not refreshed since.
- It is a text whose attribute is known to be secret by its name. No mark should ever be missing there; a secret in a
  log cannot be taken back.
- It is, or holds, a text that is not shown elsewhere in the same change: a provider may repeat one in an attribute that
  nothing marks, as `terraform_data` does in its `output`.

What is hidden is replaced here, so that no caller can forget to.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.values.json_texts import parsed, says_the_same
from pipeline.values.plan import Path, without_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.json_types import Json
    from pipeline.values.plan import OutputChange, Plan, ResourceChange

HIDDEN: Final = "(sensitive)"
KNOWN_LATER: Final = "(known after apply)"

SECRET_NAME: Final = re.compile(
    r"(^|_)(password|passphrase|secret|secret_key|secret_string|secret_binary|private_key|token)(_v\d+)?$"
)
# Sensitive in the provider's schema under a name that says nothing.
SECRET_ATTRIBUTES: Final = frozenset({("aws_ssm_parameter", "value")})

# What AWS counts, dates or decides by itself while a resource is used.
LIVING_ATTRIBUTES: Final = frozenset({
    ("aws_acm_certificate", "not_after"),
    ("aws_acm_certificate", "not_before"),
    ("aws_acm_certificate", "pending_renewal"),
    ("aws_acm_certificate", "renewal_eligibility"),
    ("aws_acm_certificate", "renewal_summary"),
    ("aws_acm_certificate", "status"),
    ("aws_backup_vault", "recovery_points"),
    ("aws_cloudfront_distribution", "in_progress_validation_batches"),
    ("aws_cloudfront_distribution", "last_modified_time"),
    ("aws_cloudfront_distribution", "status"),
    ("aws_cognito_user_pool", "estimated_number_of_users"),
    ("aws_cognito_user_pool", "last_modified_date"),
    ("aws_db_instance", "latest_restorable_time"),
    ("aws_iam_policy", "attachment_count"),
    ("aws_lambda_event_source_mapping", "last_processing_result"),
    ("aws_lambda_function", "last_modified"),
    ("aws_sns_topic_subscription", "confirmation_was_authenticated"),
    ("aws_sns_topic_subscription", "pending_confirmation"),
})  # fmt: skip

IDENTIFIER: Final = re.compile(r"[A-Za-z_][\w-]*")

# A shorter text, such as `true`, stands in other values by chance.
SHORTEST_SECRET: Final = 6

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
    secrets = _secrets(change)
    return tuple(_shown(change, difference, secrets) for difference in _differences(change))


def real_drift(change: ResourceChange) -> tuple[AttributeChange, ...]:
    """List what differs from the state, but for what is no change of the resource.

    Providers turn `null` into `""`, `[]`, `{}`, `0` or `false` on their first read after a create, AWS spells policies
    in its own way, and some attributes count or tell what happens in the resource.
    """
    secrets = _secrets(change)
    return tuple(_shown(change, found, secrets) for found in _differences(change) if not _is_reading(change, found))


def output_differences(plan: Plan) -> tuple[AttributeChange, ...]:
    """List the outputs that change, each as one value whose path is the output's name."""
    secrets = frozenset().union(*map(_secrets, (*plan.changes, *plan.drift)))
    return tuple(_output_difference(output, secrets) for output in plan.changed_outputs)


def _output_difference(output: OutputChange, secrets: frozenset[str]) -> AttributeChange:
    def hides(value: Json, path: Path) -> bool:
        return output.sensitive or _is_named_secret("output", value, path) or _tells(value, secrets)

    before, after = (_masked(value, (output.name,), hides) for value in (output.before, _with_unknown(output)))
    return _attribute_change((output.name,), before, after, forces_replacement=False)


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
    elif (documents := _documents(before, after)) is not None:
        yield from _compared(path, *documents)
    elif not _equal(before, after):
        yield _Difference(path, before, after)


def _documents(before: Json, after: Json) -> tuple[Json, Json] | None:
    """Take two texts apart that are JSON and do not say the same: policies are compared statement by statement."""
    if not isinstance(before, str) or not isinstance(after, str) or says_the_same(before, after):
        return None
    old, new = parsed(before), parsed(after)
    return None if old is None or type(old) is not type(new) else (old, new)


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


def _is_reading(change: ResourceChange, difference: _Difference) -> bool:
    before, after = sides = (difference.before, difference.after)
    if difference.path and (change.type, difference.path[0]) in LIVING_ATTRIBUTES:
        return True
    if isinstance(before, str) and isinstance(after, str):
        return says_the_same(before, after)
    return None in sides and all(side is None or side in ("", [], {}, 0) for side in sides)


def _shown(change: ResourceChange, difference: _Difference, secrets: frozenset[str]) -> AttributeChange:
    path = without_positions(difference.path)

    def hides(value: Json, path: Path) -> bool:
        return _is_secret(change, value, path) or _tells(value, secrets)

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
    if isinstance(value, dict):  # in the order of names, for what is unknown was put in as it came out of a set
        return {name: _masked(value[name], (*path, name), hides) for name in sorted(value)}
    if isinstance(value, list):
        return [_masked(element, path, hides) for element in value]
    return value


def _is_secret(change: ResourceChange, value: Json, path: Path) -> bool:
    marked = any(path[:length] in change.sensitive for length in range(len(path) + 1))
    return marked or _is_named_secret(change.type, value, path)


def _secrets(change: ResourceChange) -> frozenset[str]:
    """Collect the texts of a change that are not shown, on both sides."""
    found = (text for side in (change.before, change.after) for text in _hidden_texts(change, side, (), hidden=False))
    return frozenset(text for text in found if len(text) >= SHORTEST_SECRET)


def _hidden_texts(change: ResourceChange, value: Json, path: Path, *, hidden: bool) -> Iterator[str]:
    hidden = hidden or _is_secret(change, value, path)
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _hidden_texts(change, inner, (*path, name), hidden=hidden)
    elif isinstance(value, list):
        for element in value:
            yield from _hidden_texts(change, element, path, hidden=hidden)
    elif hidden and isinstance(value, str):
        yield value


def _tells(value: Json, secrets: frozenset[str]) -> bool:
    return isinstance(value, str) and any(secret in value for secret in secrets)


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
