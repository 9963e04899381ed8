"""Works through a rollout: all of it, one wave or one shard; a laptop and a job of a matrix call the same.

A wave begins when the wave before it was worked through within its budget. A tenant is read again when its turn
comes, claimed together with a look at the budget, brought to the version, and its result recorded as it ends. What is
done already is left alone, so that running again is resuming.

Somebody else may have the tenant: it is put back and tried again later, for as long as `patience` says. When the last
wave is through, those who came to be outdated meanwhile (registered, or given other inputs) are brought along too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from pipeline.adapters.registry import StaleWriteError
from pipeline.errors import (
    AwsError,
    ConflictError,
    EngineMissingError,
    InterruptedRunError,
    PipelineError,
    TenantsFailedError,
)
from pipeline.usecases.operations import GoneError, Order, apply
from pipeline.usecases.pace import Pace, work_through
from pipeline.usecases.rollout_journal import DoneByAnotherError, NotConcernedError, RolloutJournal, WaveClosedError
from pipeline.usecases.steps import BusyError
from pipeline.values import outcome as outcomes
from pipeline.values.rollout import FINAL, Result, Rollout, RolloutStatus, TenantResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pipeline.adapters.rollouts import RolloutStore
    from pipeline.usecases.rollout_selection import Selected
    from pipeline.usecases.steps import Tools
    from pipeline.values.guard import Guard
    from pipeline.values.identifiers import TenantId
    from pipeline.values.rollout import WaveProgress

SECONDS_BETWEEN_LOOKS: Final = 2.0
CLAIM_TRIES: Final = 5


class RolloutStoppedError(TenantsFailedError):
    """A rollout goes no further: a wave of it spent its failure budget, or somebody ended it."""


@dataclass(frozen=True, kw_only=True)
class Postponed:
    """Somebody else has the tenant."""

    tenant: TenantId
    reason: str


@dataclass(kw_only=True)
class RolloutRun:
    """One process's work on a rollout."""

    tools: Tools
    store: RolloutStore
    rollout: Rollout
    guard: Guard
    select: Callable[[], Selected]
    """Gives who is outdated at the moment of the call."""
    pace: Pace
    patience: float
    """Seconds to wait for tenants that somebody else works on."""
    closed: bool = False
    """Whether a claim was refused because the wave takes no more tenants."""

    def part(self, wave: int | None, shard: int | None) -> Iterator[TenantResult]:
        """Work through one shard, one wave, or all."""
        if wave is None:
            return self.all()
        return self.wave(wave) if shard is None else self.shard(wave, shard)

    def shard(self, wave: int, shard: int) -> Iterator[TenantResult]:
        """Work through one shard; raises RolloutStoppedError where its wave has no budget left."""
        self._open(wave)
        yield from self._shards(wave, [shard])

    def wave(self, wave: int) -> Iterator[TenantResult]:
        """Work through one wave; raises RolloutStoppedError where it has no budget left."""
        progress = self._open(wave)
        yield from self._shards(wave, range(1, progress.shards + 1))

    def all(self) -> Iterator[TenantResult]:
        """Work through all waves and end the rollout."""
        waves = self.store.waves(self.rollout.rollout_id)
        for wave in waves:
            yield from self.wave(wave.number)
        yield from self._late(waves[-1].number)
        self._end(RolloutStatus.DONE, "")

    def _open(self, wave: int) -> WaveProgress:
        """Check that a wave may be worked on: the rollout runs, and the waves before went well."""
        if self.rollout.status is not RolloutStatus.RUNNING:
            raise RolloutStoppedError(
                f"rollout {self.rollout.rollout_id} is {self.rollout.status}: {self.rollout.reason}",
                advice=f"pipeline rollout resume {self.rollout.rollout_id}",
            )
        waves = {progress.number: progress for progress in self.store.waves(self.rollout.rollout_id)}
        if wave not in waves:
            raise ConflictError(f"rollout {self.rollout.rollout_id} has no wave {wave}")
        for before in (waves[number] for number in sorted(waves) if number < wave):
            if before.is_spent:
                raise self._spent(before)
            if not before.is_through:
                raise ConflictError(
                    f"wave {before.number} is not through: {before.shards_done} of {before.shards} shards",
                    advice=f"pipeline rollout run {self.rollout.rollout_id} --wave {before.number}",
                )
        return waves[wave]

    def _shards(self, wave: int, shards: Sequence[int]) -> Iterator[TenantResult]:
        yield from self._tenants(wave, (self.store.shard(self.rollout.rollout_id, wave, n) for n in shards))
        if not self.closed:
            for shard in shards:
                self.store.shard_done(self.rollout.rollout_id, wave, shard)
        self._check_budget(wave)

    def _late(self, wave: int) -> Iterator[TenantResult]:
        """Bring along who is outdated by now and was not selected when the rollout began."""
        known = {result.tenant_id for result in self.store.results(self.rollout.rollout_id)}
        late = [c.tenant_id for c in self.select().candidates if c.tenant_id not in known]
        if late:
            yield from self._tenants(wave, [late])
            self._check_budget(wave)

    def _tenants(self, wave: int, groups: Iterable[Sequence[TenantId]]) -> Iterator[TenantResult]:
        """Work through tenants; first all of them once, then again and again those that somebody else had."""
        journal = RolloutJournal(self.store, self.tools.registry, self.rollout, wave, since=self.tools.clock())
        tools = replace(self.tools, journal=journal, throttled=self.pace.throttled)
        postponed: list[Postponed] = []
        todo: Iterable[TenantId] = chain.from_iterable(self._not_done(journal, group) for group in groups)
        until = time.monotonic() + self.patience
        while True:
            for done in work_through(
                todo, lambda tenant: self._one(tools, journal, tenant), pace=self.pace, stopped=self._is_stopped
            ):
                if isinstance(done, TenantResult):
                    yield done
                elif done is not None:
                    postponed.append(done)
            self._raise_if_interrupted()
            if not postponed or self.closed or time.monotonic() > until:
                break
            self.tools.sleep(SECONDS_BETWEEN_LOOKS)
            todo, postponed = [item.tenant for item in postponed], []
        for item in postponed if not self.closed else ():
            yield self._note(journal, item.tenant, Result.BUSY, item.reason)

    def _not_done(self, journal: RolloutJournal, group: Sequence[TenantId]) -> Iterator[TenantId]:
        recorded = self.store.results_of(self.rollout.rollout_id, group)
        journal.knows(recorded)
        for tenant in group:
            if tenant not in recorded or recorded[tenant].result not in FINAL:
                yield tenant

    def _one(self, tools: Tools, journal: RolloutJournal, tenant: TenantId) -> TenantResult | Postponed | None:
        """Bring one tenant to the version; None where it was not taken because the run or the wave ends."""
        try:
            outcome = self._applied(tools, tenant)
        except (WaveClosedError, InterruptedRunError, DoneByAnotherError) as error:
            self.closed |= isinstance(error, WaveClosedError)
            return None
        except BusyError as busy:
            return Postponed(tenant=tenant, reason=busy.message)
        except (AwsError, EngineMissingError):
            raise  # not the tenant's fault: no other would do better
        except PipelineError as error:
            left_out = isinstance(error, GoneError | NotConcernedError)
            return self._note(journal, tenant, Result.UNCHANGED if left_out else Result.FAILED, error.message)
        if isinstance(outcome, outcomes.Unchanged):
            return self._note(journal, tenant, Result.UNCHANGED, outcome.reason)
        if isinstance(outcome, outcomes.Changed):
            self.pace.succeeded()
        return journal.result_of(tenant)

    def _applied(self, tools: Tools, tenant: TenantId) -> outcomes.Outcome:
        """Apply; a row that was changed between its reading and its claim is read again."""
        order = Order(wanted=self.rollout.version, guard=self.guard, on_failure=self.rollout.on_failure)
        for _ in range(CLAIM_TRIES):
            try:
                return apply(tools, tenant, order)
            except StaleWriteError:
                continue
        raise ConflictError(f"tenant {tenant} is written by somebody else all the time")

    def _note(self, journal: RolloutJournal, tenant: TenantId, result: Result, summary: str) -> TenantResult:
        return journal.note(tenant, result, summary, runner=self.tools.runner.owner, at=self.tools.clock())

    def _is_stopped(self) -> bool:
        return self.closed or self.tools.engine.interrupted

    def _raise_if_interrupted(self) -> None:
        if self.tools.engine.interrupted:
            raise InterruptedRunError(
                "interrupted: what was running has ended, nothing new was begun",
                advice=f"go on with: pipeline rollout run {self.rollout.rollout_id}",
            )

    def _check_budget(self, number: int) -> None:
        waves = self.store.waves(self.rollout.rollout_id)
        wave = next(wave for wave in waves if wave.number == number)
        if wave.is_spent:
            error = self._spent(wave)
            self._end(RolloutStatus.STOPPED, error.message)
            raise error
        if self.closed:
            raise RolloutStoppedError(
                f"rollout {self.rollout.rollout_id} was ended by somebody else", advice="pipeline rollout status"
            )

    def _spent(self, wave: WaveProgress) -> RolloutStoppedError:
        return RolloutStoppedError(
            f"wave {wave.number} ({wave.ring}) stopped: {wave.failed} failed, {wave.failures_allowed} may fail",
            advice=f"pipeline rollout status says why; then: pipeline rollout resume {self.rollout.rollout_id}",
        )

    def _end(self, status: RolloutStatus, reason: str) -> None:
        waves = self.store.waves(self.rollout.rollout_id)
        self.store.close(self.rollout, waves, status, reason=reason, at=self.tools.clock())
