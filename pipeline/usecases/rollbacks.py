"""Going back: which tenants of a rollout return to which version, and what the stable version becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import ConflictError
from pipeline.values.rollout import Result, RolloutStatus

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.adapters.rollouts import RolloutStore
    from pipeline.adapters.template_store import TemplateStore
    from pipeline.values.identifiers import TemplateVersion, TenantId
    from pipeline.values.rollout import RolloutId


def versions_before(store: RolloutStore, rollout_id: RolloutId) -> dict[TenantId, TemplateVersion]:
    """Give the version that each tenant of a rollout had; those that it created had none and stay."""
    rollout = store.get(rollout_id)
    if rollout.status is RolloutStatus.RUNNING:
        raise ConflictError(f"rollout {rollout_id} is running", advice=f"pipeline rollout cancel {rollout_id}")
    return {
        result.tenant_id: result.former
        for result in store.results(rollout_id)
        if result.result is not Result.UNCHANGED and result.former is not None and result.former != rollout.version
    }


def step_back(
    store: RolloutStore, templates: TemplateStore, rollout_id: RolloutId, *, at: datetime, by: str
) -> TemplateVersion | None:
    """Make the version before a rollout's stable again; None where the rollout's is not the stable one."""
    version = store.get(rollout_id).version
    history = [promotion.version for promotion in templates.history()]
    if not history or history[-1] != version:
        return None
    before = next((former for former in reversed(history) if former != version), None)
    if before is not None:
        templates.promote(templates.manifest(before), at=at, by=by)
    return before
