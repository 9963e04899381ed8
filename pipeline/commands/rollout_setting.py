"""What the rollout commands work with, made from the settings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.commands.template import find_template
from pipeline.usecases.review import reviewed_classes
from pipeline.usecases.rollout_run import RolloutRun
from pipeline.usecases.rollout_selection import Scope, Selected, select_by_index, select_by_scan
from pipeline.values.guard import Guard

if TYPE_CHECKING:
    from pipeline.context import Context
    from pipeline.values.identifiers import Ring, TemplateVersion
    from pipeline.values.rollout import Rollout


def scope(context: Context, version: str | None, *, tier: str | None = None, ring: Ring | None = None) -> Scope:
    """Say what a rollout is for: the version of these digits, or the stable one."""
    wanted = find_template(context, version) or context.templates.required_stable()
    return _scope(context, wanted, tier=tier, ring=ring)


def select(context: Context, wanted: Scope, *, full: bool) -> Selected:
    """Select who a rollout takes, by the index or by reading every tenant."""
    if full:
        return select_by_scan(context.registry, wanted)
    return select_by_index(context.registry, context.templates, wanted)


def guard(context: Context, version: TemplateVersion, *, allowed: tuple[str, ...], reviewed: bool) -> Guard:
    """Make the guard of a rollout."""
    classes = reviewed_classes(context.reviews, version) if reviewed else None
    return Guard(allowed=frozenset(allowed), reviewed=classes)


def run(context: Context, rollout: Rollout, *, concurrency: int | None, patience: float) -> RolloutRun:
    """Make what works through a rollout."""
    return RolloutRun(
        tools=context.tools,
        store=context.rollouts,
        rollout=rollout,
        guard=guard(context, rollout.version, allowed=rollout.allowed, reviewed=rollout.reviewed),
        select=partial(
            select, context, _scope(context, rollout.version, tier=rollout.tier, ring=rollout.ring), full=False
        ),
        pace=context.pace(concurrency),
        patience=patience,
    )


def _scope(context: Context, version: TemplateVersion, *, tier: str | None = None, ring: Ring | None = None) -> Scope:
    manifest = context.templates.fetch(version).manifest
    return Scope(manifest=manifest, engine=context.engine.name, tier=tier, ring=ring)
