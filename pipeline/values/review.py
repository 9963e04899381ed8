"""What a review found: the plans of many tenants against one version, each class of them once."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from pipeline.values.tenant_names import whole_word

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pipeline.json_types import JsonObject
    from pipeline.values.identifiers import Ring, TemplateVersion, TenantId
    from pipeline.values.outcome import Failed
    from pipeline.values.plan_class import PlanClass
    from pipeline.values.rollout import Skipped

OUTLIER_SHARE: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Look:
    """One tenant's plan, as far as a review needs it."""

    tenant: TenantId
    tier: str
    plan_class: PlanClass
    held: tuple[str, ...]
    """Why the guard would hold it."""


@dataclass(frozen=True, kw_only=True)
class ReviewedClass:
    """A class of plans, and whose they are."""

    plan_class: PlanClass
    tenants: tuple[TenantId, ...]
    tiers: tuple[str, ...]
    """Theirs: plans of two tiers can differ in nothing but that."""
    held: tuple[tuple[tuple[str, ...], tuple[TenantId, ...]], ...]
    """Whom the guard would hold, by the reasons for it."""
    is_outlier: bool
    """Whether only few tenants have such a plan, while most have plans that many have."""

    @property
    def weight(self) -> tuple[bool, int, int]:
        """Compares classes by importance, the most important one highest."""
        return (bool(self.held), self.plan_class.worst_action.severity, len(self.tenants))


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One reason why there is no plan, and whose plans it took."""

    reason: str
    """With `<tenant>` for each tenant's own name, where there are several."""
    advice: str
    tenants: tuple[TenantId, ...]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose plans a review looked at."""

    tier: str | None
    ring: Ring | None
    sample: int | None
    """At most so many tenants of each tier and ring; None = all of them."""

    @property
    def key(self) -> str:
        """Names the part of the fleet: a later review of the same part replaces the earlier one."""
        return f"{self.tier or '*'}/{self.ring or '*'}"


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a review found."""

    version: TemplateVersion
    at: datetime
    by: str
    scope: Scope
    candidates: int
    """How many tenants would be taken to the version, those outside a sample included."""
    classes: tuple[ReviewedClass, ...]
    """The most important one first."""
    unchanged: tuple[TenantId, ...]
    """Who would be taken, but for nothing: there is nothing to change."""
    skipped: tuple[Skipped, ...]
    failed: tuple[Failed, ...]

    @property
    def planned(self) -> int:
        """How many tenants have a plan that changes something."""
        return sum(len(found.tenants) for found in self.classes)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What failed, each reason once, the most frequent one first."""
        alike: dict[str, list[Failed]] = defaultdict(list)
        for failed in self.failed:
            alike[_without_name(failed)].append(failed)
        found = (
            Failure(
                reason=reason if len(members) > 1 else members[0].reason,
                advice=members[0].advice,
                tenants=tuple(failed.tenant for failed in members),
            )
            for reason, members in alike.items()
        )
        return tuple(sorted(found, key=lambda failure: -len(failure.tenants)))

    @property
    def held(self) -> tuple[TenantId, ...]:
        """Whom the guard would hold."""
        return tuple(tenant for found in self.classes for _, tenants in found.held for tenant in tenants)


def group(looks: Iterable[Look]) -> tuple[ReviewedClass, ...]:
    """Group plans into classes, the most important one first."""
    classes: dict[str, PlanClass] = {}
    members: dict[str, list[TenantId]] = defaultdict(list)
    tiers: dict[str, set[str]] = defaultdict(set)
    held: dict[str, dict[tuple[str, ...], list[TenantId]]] = defaultdict(lambda: defaultdict(list))
    for look in looks:  # one by one: only the first plan of each class is kept
        digest = look.plan_class.digest
        classes.setdefault(digest, look.plan_class)
        members[digest].append(look.tenant)
        tiers[digest].add(look.tier)
        if look.held:
            held[digest][look.held].append(look.tenant)
    sizes = list(map(len, members.values()))
    few = max(1, int(OUTLIER_SHARE * sum(sizes)))
    are_most_usual = 2 * sum(size for size in sizes if size > few) > sum(sizes)
    found = (
        ReviewedClass(
            plan_class=plan_class,
            tenants=tuple(sorted(members[digest])),
            tiers=tuple(sorted(tiers[digest])),
            held=tuple((reasons, tuple(sorted(tenants))) for reasons, tenants in sorted(held[digest].items())),
            is_outlier=are_most_usual and len(members[digest]) <= few,
        )
        for digest, plan_class in classes.items()
    )
    return tuple(sorted(found, key=lambda c: (c.weight, c.plan_class.digest), reverse=True))


def _without_name(failed: Failed) -> str:
    return re.sub(whole_word(failed.tenant), "<tenant>", failed.reason)


def to_document(review: Review) -> JsonObject:
    """Write a review as the JSON document that is stored and printed."""
    return {
        "version": review.version,
        "at": review.at.isoformat(),
        "by": review.by,
        "scope": asdict(review.scope),
        "candidates": review.candidates,
        "planned": review.planned,
        "classes": [_class_document(found) for found in review.classes],
        "unchanged": list(review.unchanged),
        "skipped": [asdict(skipped) for skipped in review.skipped],
        "failed": [asdict(failed) for failed in review.failed],
    }


def _class_document(found: ReviewedClass) -> JsonObject:
    return {
        "digest": found.plan_class.digest,
        "worst_action": found.plan_class.worst_action,
        "is_outlier": found.is_outlier,
        "tenants": list(found.tenants),
        "tiers": list(found.tiers),
        "held": [{"reasons": list(reasons), "tenants": list(tenants)} for reasons, tenants in found.held],
        **asdict(found.plan_class),
    }
