"""Rollouts as a whole: starting one, resuming, cancelling, telling how far it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.errors import ConflictError
from pipeline.values.rollout import (
    FINAL,
    MOST_SHARDS,
    Result,
    Rollout,
    RolloutId,
    RolloutStatus,
    cut_waves,
    new_rollout_id,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.adapters.rollouts import RolloutStore
    from pipeline.usecases.rollout_selection import Selected
    from pipeline.usecases.steps import Runner
    from pipeline.values.identifiers import Ring, TemplateVersion
    from pipeline.values.rollout import Budget, OnFailure, TenantResult, Wave, WaveProgress

# A job of a matrix needs half a minute to set itself up; a shard should be worth it.
SECONDS_PER_SHARD: Final = 300.0


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a rollout is started with."""

    version: TemplateVersion
    budget: Budget
    on_failure: OnFailure
    tier: str | None = None
    ring: Ring | None = None
    allowed: tuple[str, ...] = ()
    deletions_allowed: int | None = None
    reviewed: bool = False
    most_shards: int = MOST_SHARDS
    attempt: int = 1


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a rollout is."""

    rollout: Rollout
    waves: tuple[WaveProgress, ...]
    results: tuple[TenantResult, ...]

    def counts(self, wave: int | None = None) -> Mapping[Result, int]:
        """Count the tenants, of one wave or of all, by what came of them."""
        return Counter(result.result for result in self.results if wave in {None, result.wave})

    @property
    def is_clean(self) -> bool:
        """Tell whether every tenant is where it should be."""
        return all(result.result in FINAL for result in self.results)


def plan_waves(selected: Selected, terms: Terms) -> tuple[Wave, ...]:
    """Cut what was selected into waves and shards."""
    return cut_waves(
        selected.candidates, terms.budget, seconds_per_shard=SECONDS_PER_SHARD, most_shards=terms.most_shards
    )


def start(
    store: RolloutStore, runner: Runner, waves: tuple[Wave, ...], terms: Terms, *, at: datetime
) -> tuple[Rollout | None, tuple[Wave, ...]]:
    """Record a rollout of some waves, or give the one to the same version that runs; None where nothing is to do."""
    if (active := store.active()) is not None:
        running = store.get(active)
        if running.version == terms.version:
            return running, store.shards(active)
    if not waves:
        return None, ()
    rollout = Rollout(
        rollout_id=new_rollout_id(at, terms.version),
        version=terms.version,
        status=RolloutStatus.RUNNING,
        budget=terms.budget,
        on_failure=terms.on_failure,
        tier=terms.tier,
        ring=terms.ring,
        allowed=terms.allowed,
        deletions_allowed=terms.deletions_allowed,
        reviewed=terms.reviewed,
        owner=runner.owner,
        run_url=runner.run_url,
        started_at=at,
        waves=len(waves),
        tenants=sum(wave.tenants for wave in waves),
        attempt=terms.attempt,
    )
    store.create(rollout, waves)
    return rollout, waves


def progress(store: RolloutStore, rollout_id: RolloutId) -> Progress:
    """Read how far a rollout is."""
    return Progress(
        rollout=store.get(rollout_id),
        waves=tuple(store.waves(rollout_id)),
        results=tuple(store.results(rollout_id)),
    )


def resume(store: RolloutStore, rollout_id: RolloutId, *, attempt: int | None = None) -> Rollout:
    """Let a rollout that stopped or was cancelled go on: with a fresh budget, and only where something is not done."""
    rollout = store.get(rollout_id)
    if rollout.status is RolloutStatus.RUNNING:
        return rollout
    if rollout.status is RolloutStatus.DONE and progress(store, rollout_id).is_clean:
        raise ConflictError(f"rollout {rollout_id} is done: there is nothing to resume", advice="pipeline rollout list")
    store.reopen(rollout, store.waves(rollout_id), attempt=attempt or rollout.attempt)
    return store.get(rollout_id)


def cancel(store: RolloutStore, rollout_id: RolloutId, *, by: str, at: datetime) -> Rollout:
    """End a rollout: runners that work on it finish the tenants that they have, and take no more."""
    rollout = store.get(rollout_id)
    if rollout.status is not RolloutStatus.RUNNING:
        raise ConflictError(f"rollout {rollout_id} is {rollout.status} already", advice="pipeline rollout list")
    store.close(rollout, store.waves(rollout_id), RolloutStatus.CANCELLED, reason=f"cancelled by {by}", at=at)
    return store.get(rollout_id)


def end_others(store: RolloutStore, version: TemplateVersion, *, by: str, at: datetime) -> None:
    """End a rollout to another version that still runs: what its runners have begun, they finish."""
    active = store.active()
    if active is not None and store.get(active).version != version:
        cancel(store, active, by=by, at=at)


def latest(store: RolloutStore) -> RolloutId:
    """Give the rollout that runs, or else the last one that was started."""
    active = store.active()
    if active is not None:
        return active
    names = store.names()
    if not names:
        raise ConflictError("there was no rollout yet", advice="pipeline rollout start")
    return names[0]
