"""Writes operations down as a part of a rollout: the tenant's row and its result together, under the wave's budget."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from pipeline.adapters.registry import Registry, StaleWriteError, written
from pipeline.adapters.transactions import TransactionRefusedError
from pipeline.errors import ConflictError
from pipeline.usecases.journal import TakenOverError, put_onto
from pipeline.values import outcome as outcomes
from pipeline.values.identifiers import short
from pipeline.values.rollout import Result, Rollout, RolloutId, TenantResult

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.adapters.rollouts import RolloutStore
    from pipeline.values.identifiers import TenantId
    from pipeline.values.outcome import Outcome
    from pipeline.values.tenant import Tenant


class WaveClosedError(ConflictError):
    """A wave takes no more tenants: its failure budget is spent, or the rollout was ended."""

    def __init__(self, wave: int) -> None:
        super().__init__(f"wave {wave} takes no more tenants", advice="pipeline rollout status")


class NotConcernedError(ConflictError):
    """A tenant that was selected has no part in the rollout any more."""


class DoneByAnotherError(ConflictError):
    """Another run has done with a tenant, while this one was at work."""


class RolloutJournal:
    """The journal of one wave of a rollout."""

    def __init__(
        self, store: RolloutStore, registry: Registry, rollout: Rollout, wave: int, *, since: datetime
    ) -> None:
        self._since = since
        self._store = store
        self._registry = registry
        self._rollout = rollout
        self._wave = wave
        self._before: dict[TenantId, TenantResult] = {}
        self._claims: dict[TenantId, TenantResult] = {}

    @property
    def rollout(self) -> RolloutId | None:
        """The rollout that operations belong to."""
        return self._rollout.rollout_id

    def knows(self, results: dict[TenantId, TenantResult]) -> None:
        """Take what was recorded of tenants before, so that attempts are counted on."""
        self._before |= results

    def begin(self, former: Tenant, taken: Tenant) -> Tenant:
        """Claim the tenant; raises WaveClosedError, NotConcernedError or StaleWriteError where that cannot be."""
        if former.pinned not in {None, self._rollout.version}:
            raise NotConcernedError(f"it was pinned to {short(former.pinned)}")
        running = self._running(former, taken)
        try:
            self._store.claim(self._rollout.rollout_id, taken, running, since=self._since)
        except TransactionRefusedError as refused:
            match refused.part:
                case 0:
                    raise WaveClosedError(self._wave) from refused
                case 1:
                    raise StaleWriteError(taken.tenant_id, None) from refused
                case _:
                    raise DoneByAnotherError("another run has done with it") from refused
        self._claims[taken.tenant_id] = running
        return written(taken)

    def take_up(self, claim: TenantResult) -> None:
        """Take up the claim of a run that was killed, so that its end can be written down."""
        self._claims[claim.tenant_id] = claim

    def end(self, taken: Tenant, ended: Tenant, outcome: Outcome) -> None:
        """Record the result and give the tenant free; raises TakenOverError where it is somebody else's by now."""
        claim = self._claims.pop(taken.tenant_id)
        result = _finished(claim, ended, outcome)
        while True:
            try:
                self._store.finish(self._rollout, ended, result)
            except TransactionRefusedError as refused:
                if refused.part:
                    raise TakenOverError(taken.tenant_id) from refused
                ended = put_onto(self._registry.find(taken.tenant_id), taken, ended)
            else:
                self._before[taken.tenant_id] = result
                return

    def may_delete(self, count: int) -> bool:
        """Take some deletions from what the rollout may still make."""
        return self._store.reserve_deletions(self._rollout, count)

    def result_of(self, tenant: TenantId) -> TenantResult:
        """Give what was recorded of a tenant last."""
        return self._before[tenant]

    def note(self, tenant: TenantId, result: Result, summary: str, *, runner: str, at: datetime) -> TenantResult:
        """Record what came of a tenant that was not claimed."""
        noted = replace(self._carried_on(tenant, result, runner, at), ended_at=at, summary=summary)
        self._store.note(self._rollout, noted, since=self._since)
        return noted

    def _running(self, former: Tenant, taken: Tenant) -> TenantResult:
        if taken.lease is None:
            raise ValueError("a tenant is claimed under a lease")
        result = self._carried_on(taken.tenant_id, Result.RUNNING, taken.lease.owner, taken.lease.acquired_at)
        was_on = former.applied.version if former.applied else None
        return replace(result, attempts=result.attempts + 1, former=result.former or was_on)

    def _carried_on(self, tenant: TenantId, result: Result, runner: str, at: datetime) -> TenantResult:
        """Begin a result from what was recorded of the tenant before."""
        before = self._before.get(tenant)
        return TenantResult(
            tenant_id=tenant,
            wave=self._wave,
            result=result,
            attempts=before.attempts if before else 0,
            runner=runner,
            started_at=at,
            former=before.former if before else None,
            failed_in=before.failed_in if before else 0,
        )


def _finished(claim: TenantResult, ended: Tenant, outcome: Outcome) -> TenantResult:
    """Give the result of a claimed tenant."""
    at = ended.operation.ended_at if ended.operation else None
    seconds = round((at - claim.started_at).total_seconds(), 3) if at else 0.0
    result, summary = told(outcome)
    return replace(claim, result=result, ended_at=at, seconds=seconds, summary=summary)


def told(outcome: Outcome) -> tuple[Result, str]:
    """Say of an outcome what a rollout records of it."""
    match outcome:
        case outcomes.Changed():
            return Result.CHANGED, f"{outcome.counts}; {outcome.note}" if outcome.note else outcome.counts
        case outcomes.Unchanged():
            return Result.UNCHANGED, outcome.reason
        case outcomes.Held():
            return Result.HELD, "; ".join(outcome.reasons)
        case outcomes.RolledBack():
            return Result.ROLLED_BACK, outcome.reason
        case outcomes.Interrupted():
            return Result.INTERRUPTED, outcome.reason
        case outcomes.Failed():
            return Result.FAILED, outcome.reason
        case outcomes.Planned() | outcomes.Destroyed():
            raise ValueError(f"a rollout neither plans nor destroys: {outcome}")
        case _:
            assert_never(outcome)
