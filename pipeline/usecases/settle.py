"""Settles what a killed run left on this machine: waits for engines that still run, records what came of them.

An engine process outlives its orchestrator, saves its state and gives its lock back. What it did stands in its log,
and which tenant it was for in the record of running operations. So nothing has to be guessed: the apply came to its
end or it did not; its state was uploaded or lies beside it as `errored.tfstate`; its lock is gone, or its holder is
known to be dead and the lock is taken away.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pipeline.adapters.engine import APPLY_LOG, ENGINE_RECORD, apply_summary
from pipeline.adapters.process import recorded
from pipeline.errors import ConflictError
from pipeline.usecases.operations import applied
from pipeline.usecases.rollout_journal import RolloutJournal
from pipeline.usecases.steps import Taken, ended, status_after
from pipeline.values import outcome as outcomes
from pipeline.values.tenant import Outcome, Status, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.adapters.registry import Registry
    from pipeline.adapters.rollouts import RolloutStore
    from pipeline.adapters.running import RunningOperation
    from pipeline.usecases.journal import Journal
    from pipeline.usecases.steps import Tools
    from pipeline.values.identifiers import TenantId

POLL_SECONDS: Final = 0.2
HALF_DONE: Final = "its run was killed; the next run goes on from there"


class Found(StrEnum):
    """What settling found of an operation."""

    FINISHED = "finished"
    HALF_DONE = "half done"
    STILL_RUNNING = "still running"
    FREE = "free already"


@dataclass(frozen=True, kw_only=True)
class Settled:
    """One operation that a killed run had left."""

    tenant: str
    found: Found
    detail: str


def settle(tools: Tools, store: RolloutStore, *, patience: float) -> Iterator[Settled]:
    """Settle every operation that was left on this machine; engines get `patience` seconds to come to their end."""
    until = time.monotonic() + patience
    for left in tools.running.left():
        yield _settle(tools, store, left, until)


def forget_lost_state(registry: Registry, tenant_id: TenantId) -> Tenant:
    """Give up a state that stayed on a machine that is gone: the next operation starts from the one in the bucket."""
    tenant = registry.get(tenant_id)
    if tenant.status is not Status.STATE_PENDING:
        raise ConflictError(f"tenant {tenant_id} is {tenant.status}: no state of it waits", advice="pipeline settle")
    return registry.save(replace(tenant.moved_to(Status.FAILED), last_error="its newest state was given up"))


def _settle(tools: Tools, store: RolloutStore, left: RunningOperation, until: float) -> Settled:
    directory = tools.workspaces.directory(left.tenant)
    engine = recorded(directory / ENGINE_RECORD)
    while engine is not None and engine.alive():
        if time.monotonic() > until:
            return Settled(tenant=left.tenant, found=Found.STILL_RUNNING, detail=f"process {engine.pid}; settle again")
        tools.sleep(POLL_SECONDS)
    (directory / ENGINE_RECORD).unlink(missing_ok=True)
    tenant = tools.registry.find(left.tenant)
    if tenant is None or tenant.lease is None or tenant.lease.owner != left.owner:
        tools.running.remove(left.tenant)
        return Settled(tenant=left.tenant, found=Found.FREE, detail="nobody has it")
    unlocked = tools.states.unlock(left.tenant, since=tenant.lease.acquired_at)
    outcome, ending = _what_came_of(tools, left, tenant)
    _journal(tools, store, left).end(tenant, ending, outcome)
    tools.running.remove(left.tenant)
    found = Found.FINISHED if isinstance(outcome, outcomes.Changed) else Found.HALF_DONE
    detail = ending.operation.summary if ending.operation else ""
    return Settled(tenant=left.tenant, found=found, detail=detail + "; took its state lock away" * unlocked)


def _what_came_of(tools: Tools, left: RunningOperation, tenant: Tenant) -> tuple[outcomes.Outcome, Tenant]:
    log = tools.workspaces.directory(left.tenant) / APPLY_LOG
    taken = Taken(tenant=tenant, former=tenant)
    status = status_after(tools, taken)
    done = apply_summary(log.read_text(errors="replace")) if log.is_file() else None
    is_what_the_row_says = left.kind == "apply" and left.specification == tenant.specification_digest
    if done is not None and is_what_the_row_says and status is not Status.STATE_PENDING:
        return applied(tools, taken, tools.templates.fetch(left.version), done)
    ending = replace(tenant.moved_to(status), last_error=HALF_DONE)
    outcome = outcomes.Interrupted(tenant=left.tenant, reason=HALF_DONE)
    return outcome, ended(tools, ending, Outcome.INTERRUPTED, HALF_DONE)


def _journal(tools: Tools, store: RolloutStore, left: RunningOperation) -> Journal:
    """Give the journal that the killed run wrote into."""
    if left.rollout is None:
        return tools.journal
    claim = store.results_of(left.rollout, [left.tenant])[left.tenant]
    journal = RolloutJournal(store, tools.registry, store.get(left.rollout), claim.wave, since=claim.started_at)
    journal.take_up(claim)
    return journal
