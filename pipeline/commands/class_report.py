"""A plan class in words: what it does, attribute by attribute, and whose it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pipeline.commands.operation_report import SIGNS
from pipeline.output import plural
from pipeline.values.plan import Action
from pipeline.values.plan_differences import KNOWN_LATER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.json_types import Json
    from pipeline.values.plan_class import ClassAttribute, ClassChange
    from pipeline.values.review import Failure, Review, ReviewedClass

LONGEST_VALUE: Final = 160
MOST_NAMES: Final = 5
MOST_NAMES_OF_OUTLIERS: Final = 20


def headline(review: Review) -> str:
    """Say in one line what came of a review."""
    counts = [f"{plural(review.planned, 'tenant')} would change, in {plural(len(review.classes), 'class', 'classes')}"]
    looked_at = review.planned + len(review.unchanged) + len(review.failed)
    if review.scope.sample is not None:
        counts.append(f"{looked_at} of {review.candidates} looked at")
    for names, what in ((review.unchanged, "without a change"), (review.skipped, "left out")):
        counts += [f"{len(names)} {what}"] if names else []
    counts += [f"{len(review.failed)} could not be planned"] if review.failed else []
    counts.append(f"{len(review.held)} held by the guard" if review.held else "none held by the guard")
    return "; ".join(counts)


def change_lines(found: ReviewedClass) -> list[str]:
    """Say what the plans of a class do."""
    lines = [line for change in found.plan_class.changes for line in _change_lines(change)]
    return lines + [f"  output {_attribute_text(output)}" for output in found.plan_class.outputs]


def names(found: ReviewedClass) -> str:
    """Name the tenants of a class and their tiers: all of an outlier, some of another."""
    return (
        f"({', '.join(found.tiers)}): {some(found.tenants, MOST_NAMES_OF_OUTLIERS if found.is_outlier else MOST_NAMES)}"
    )


def failed_tenants(failure: Failure) -> str:
    """Name the tenants for whose failure there is one reason."""
    tenants = some(failure.tenants, MOST_NAMES)
    return tenants if len(failure.tenants) == 1 else f"{len(failure.tenants)} tenants ({tenants})"


def some(tenants: Sequence[str], most: int) -> str:
    """Name some tenants and count the others."""
    if len(tenants) <= most:
        return ", ".join(tenants)
    return f"{', '.join(tenants[:most])} and {len(tenants) - most} more"


def held_lines(found: ReviewedClass) -> Iterator[str]:
    """Say whom the guard would hold, and why."""
    for reasons, tenants in found.held:
        yield f"HELD: {'; '.join(reasons)} ({some(tenants, MOST_NAMES_OF_OUTLIERS)})"


def _change_lines(change: ClassChange) -> Iterator[str]:
    moved = f" (was {change.previous_address})" if change.previous_address else ""
    imported = " (imported)" if change.is_imported else ""
    yield f"  {SIGNS[change.action]} {change.address}{moved}{imported}"
    if change.action is not Action.CREATE:  # a new resource is what the template says
        yield from (f"      {_attribute_text(attribute)}" for attribute in change.attributes)


def _attribute_text(attribute: ClassAttribute) -> str:
    forced = "  (forces replacement)" if attribute.forces_replacement else ""
    if attribute.after == KNOWN_LATER:
        return f"{attribute.name}: {KNOWN_LATER}{forced}"
    return f"{attribute.name}: {_shown(attribute.before)} -> {_shown(attribute.after)}{forced}"


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) and value.startswith("(") else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."
