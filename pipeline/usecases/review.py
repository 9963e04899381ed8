"""Plans the tenants that a rollout would take against a version, and tells each class of plans once.

Nothing is locked or changed, and nothing stays: a saved plan holds secrets, so each tenant's workspace is one of its
own that goes with the tenant's turn.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.errors import InterruptedRunError, NotFoundError
from pipeline.usecases.fleet import attempted
from pipeline.usecases.operations import is_current
from pipeline.usecases.pace import work_through
from pipeline.usecases.steps import looked_at
from pipeline.values.digests import sha256_hex
from pipeline.values.identifiers import short
from pipeline.values.outcome import Failed
from pipeline.values.plan_class import classify
from pipeline.values.review import Look, Review, Scope, group
from pipeline.values.rollout import Skipped
from pipeline.values.tenant import Status
from pipeline.values.tenant_names import TenantNames

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.adapters.reviews import ReviewStore
    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.usecases.pace import Pace
    from pipeline.usecases.rollout_selection import Selected
    from pipeline.usecases.steps import Tools
    from pipeline.values.guard import Guard
    from pipeline.values.identifiers import TemplateVersion, TenantId
    from pipeline.values.rollout import Candidate


def review(
    tools: Tools, template: StoredTemplate, selected: Selected, scope: Scope, guard: Guard, pace: Pace
) -> Review:
    """Plan the selected tenants, several at a time; raises InterruptedRunError where it was asked to stop."""
    found = _Found()
    with tools.workspaces.apart() as workspaces:
        reviewer = _Reviewer(replace(tools, workspaces=workspaces, throttled=pace.throttled), template, guard)
        names = [candidate.tenant_id for candidate in _sampled(selected.candidates, scope.sample, template)]
        looks = work_through(names, reviewer.look, pace=pace, stopped=lambda: tools.engine.interrupted)
        classes = group(found.kept(looks))
    if tools.engine.interrupted:
        raise InterruptedRunError("interrupted: the review is not complete and was not stored")
    return Review(
        version=template.manifest.version,
        at=tools.clock(),
        by=tools.runner.owner,
        scope=scope,
        candidates=len(selected.candidates),
        classes=classes,
        unchanged=tuple(sorted(found.unchanged)),
        skipped=tuple(sorted((*selected.skipped, *found.skipped), key=lambda skipped: skipped.tenant_id)),
        failed=tuple(sorted(found.failed, key=lambda failed: failed.tenant)),
    )


def reviewed_classes(reviews: ReviewStore, version: TemplateVersion) -> frozenset[str]:
    """Give the digests of all plan classes that reviews of a version found; raises NotFoundError without a review."""
    documents = reviews.read(version)
    if not documents:
        raise NotFoundError(
            f"template {short(version)} was not reviewed yet", advice=f"pipeline review --version {short(version)}"
        )
    return frozenset(found["digest"] for document in documents for found in document["classes"])


class _Reviewer:
    """Looks at one tenant after the other."""

    def __init__(self, tools: Tools, template: StoredTemplate, guard: Guard) -> None:
        self._tools = tools
        self._template = template
        self._guard = guard

    def look(self, name: TenantId) -> Look | TenantId | Skipped | Failed:
        """Plan a tenant: what it would change, or its name where it would change nothing, or why there is no plan."""
        return attempted(name, lambda: self._look(name))

    def _look(self, name: TenantId) -> Look | TenantId | Skipped:
        tenant = self._tools.registry.get(name)
        if tenant.status in {Status.DELETING, Status.DELETED}:
            return Skipped(tenant_id=name, reason=f"it is {tenant.status}")
        if is_current(self._tools, tenant, self._template):
            return name
        plan = looked_at(self._tools, tenant, self._template)
        if plan.is_empty:
            return name
        template = self._template.manifest
        return Look(
            tenant=name,
            tier=tenant.tier,
            plan_class=classify(plan, tenant, TenantNames(tenant, template)),
            held=self._guard.reasons(plan, tenant, template, is_tenant=self._tools.registry.knows),
        )


class _Found:
    """What comes of tenants beside plans that change something."""

    def __init__(self) -> None:
        self.unchanged: list[TenantId] = []
        self.skipped: list[Skipped] = []
        self.failed: list[Failed] = []

    def kept(self, looks: Iterator[Look | TenantId | Skipped | Failed]) -> Iterator[Look]:
        """Pass the looks on and keep the rest."""
        for look in looks:
            match look:
                case Look():
                    yield look
                case Skipped():
                    self.skipped.append(look)
                case Failed():
                    self.failed.append(look)
                case _:
                    self.unchanged.append(look)


def _sampled(candidates: Sequence[Candidate], sample: int | None, template: StoredTemplate) -> Sequence[Candidate]:
    """Take some of each tier and ring: by chance, but the same ones again for the same version."""
    if sample is None:
        return candidates
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda c: sha256_hex(f"{template.manifest.version}{c.tenant_id}".encode())):
        groups[candidate.tier, candidate.ring].append(candidate)
    return [candidate for members in groups.values() for candidate in members[:sample]]
