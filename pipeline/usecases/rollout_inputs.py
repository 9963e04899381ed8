"""How the inputs of the tenants that a rollout takes fit the version that it brings them to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.values.workspace import missing_inputs, undeclared_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.adapters.registry import Registry
    from pipeline.usecases.rollout_selection import Selected
    from pipeline.values.identifiers import TenantId
    from pipeline.values.manifest import Manifest


@dataclass(frozen=True, kw_only=True)
class Misfits:
    """What does not fit."""

    missing: Mapping[TenantId, tuple[str, ...]] = field(default_factory=dict)
    """The inputs that the version requires, by the tenants that have no value for them: these will fail."""
    undeclared: Mapping[str, int] = field(default_factory=dict)
    """How many tenants have an input that the version does not declare: it is left out."""


def misfits(registry: Registry, selected: Selected, manifest: Manifest) -> Misfits:
    """Compare the inputs of selected tenants with what a version declares: their rows are read, and no others."""
    missing: dict[TenantId, tuple[str, ...]] = {}
    undeclared: Counter[str] = Counter()
    for tenant in registry.some([candidate.tenant_id for candidate in selected.candidates]):
        tier = manifest.tiers.get(tenant.tier)
        if tier is not None:
            undeclared.update(undeclared_inputs(tenant, tier))
            if lacking := missing_inputs(tenant, tier):
                missing[tenant.tenant_id] = lacking
    return Misfits(missing=dict(sorted(missing.items())), undeclared=dict(sorted(undeclared.items())))
