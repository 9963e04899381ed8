"""Sees to what got lost on the way: run after run, nothing stays half-done without somebody hearing of it.

1. Stuck tenants: those in a busy status whose lease ended or whose run is over, and those whose state waits to be
   restored. Where the run is known to be over, its lock is taken away; then what was begun is done again.
2. The dead-letter queue: events that GitHub did not take are handled here. One that is in the journal leaves the queue.
3. The copies of all events, a while later: GitHub took the event, but its run may have died before it wrote anything
   down. What the journal knows is dropped, the rest is handled here.
4. Events without an end: handled again, from where they stopped, unless somebody is at work on their tenant.

Each finding says whether it is settled now. What is not stays for the next run, and for the alarm. An event that is
refused is settled, but somebody has to hear of it: it is told as a failure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from pipeline.errors import InvalidInputError, PipelineError
from pipeline.usecases.events import EventRefusedError
from pipeline.usecases.fleet import contained
from pipeline.usecases.operations import Order, apply, destroy
from pipeline.values import outcome as outcomes
from pipeline.values.event import Settlement, parse_bus_event, parse_event
from pipeline.values.signal import of_outcome
from pipeline.values.tenant import BUSY, Status, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.adapters.event_bus import EventQueue, Letter
    from pipeline.json_types import Json
    from pipeline.usecases.events import EventHandler
    from pipeline.values.event import Event


class Kind(StrEnum):
    """What was found."""

    DEAD_LETTER = "dead letter"
    LOST = "lost event"
    EVENT = "event without an end"
    TENANT = "stuck tenant"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that got lost, and what came of it."""

    kind: Kind
    tenant: str
    is_settled: bool
    detail: str
    is_refused: bool = False
    """Whether it is an event that can never succeed: settled, but not as the application wants it."""


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """One look at everything that can get lost."""

    handler: EventHandler
    dead_letters: EventQueue
    copies: EventQueue
    is_over: Callable[[str | None], bool | None]
    """Tells whether the run of that address has ended; None where nobody knows."""

    def run(self) -> Iterator[Finding]:
        """Find what got lost and settle it, one after the other."""
        yield from self._tenants()  # first, for an event cannot be handled where a dead run has the tenant
        yield from (self._letter(letter) for letter in self.dead_letters)
        yield from (found for letter in self.copies if (found := self._copy(letter)) is not None)
        for recorded in self.handler.journal.open():
            if not self._is_worked_on(recorded.event):
                yield self._event(recorded.event, Kind.EVENT)

    def _letter(self, letter: Letter) -> Finding:
        try:
            event = _event_in(letter.content)
        except InvalidInputError as error:  # somebody has to look at it: it stays
            return Finding(kind=Kind.DEAD_LETTER, tenant="", is_settled=False, detail=error.message)
        found = self._event(event, Kind.DEAD_LETTER)
        self.dead_letters.delete(letter)  # whatever came of it, the journal has it
        return found

    def _copy(self, letter: Letter) -> Finding | None:
        try:
            event = _event_in(letter.content)
        except InvalidInputError as error:  # its run says so too, if it came to that
            self.copies.delete(letter)
            detail = f"refused: {error.message}"
            return Finding(kind=Kind.LOST, tenant="", is_settled=True, is_refused=True, detail=detail)
        is_known = self.handler.journal.knows(event)
        if not is_known and self._is_worked_on(event):
            return None  # it comes back after a while
        found = None if is_known else self._event(event, Kind.LOST)
        self.copies.delete(letter)
        return found

    def _event(self, event: Event, kind: Kind) -> Finding:
        try:
            done = self.handler.handle(event)
        except EventRefusedError as error:
            detail = f"refused: {error.message}"
            return Finding(kind=kind, tenant=event.tenant, is_settled=True, is_refused=True, detail=detail)
        detail = f"{event.type}: {done.settlement}: {done.detail}"
        return Finding(kind=kind, tenant=event.tenant, is_settled=done.settlement is not Settlement.OPEN, detail=detail)

    def _tenants(self) -> Iterator[Finding]:
        for tenant in self.handler.tools.registry.all():
            if tenant.status in BUSY or tenant.status is Status.STATE_PENDING:
                found = self._stuck(tenant)
                if found is not None:
                    yield found

    def _stuck(self, tenant: Tenant) -> Finding | None:
        tools = self.handler.tools
        if self._is_at_work(tenant):
            return None
        try:
            self._free(tenant)
        except PipelineError as error:
            return Finding(kind=Kind.TENANT, tenant=tenant.tenant_id, is_settled=False, detail=error.message)
        was_leaving = tenant.operation is not None and tenant.operation.kind == "destroy"
        again = contained(lambda name: destroy(tools, name) if was_leaving else apply(tools, name, Order()))
        outcome = again(tenant.tenant_id)
        return Finding(
            kind=Kind.TENANT,
            tenant=tenant.tenant_id,
            is_settled=isinstance(outcome, outcomes.Changed | outcomes.Unchanged | outcomes.Destroyed),
            detail=f"was {tenant.status}, {_came_of(outcome)}",
        )

    def _is_worked_on(self, event: Event) -> bool:
        return self._is_at_work(self.handler.tools.registry.find(event.tenant))

    def _is_at_work(self, tenant: Tenant | None) -> bool:
        """Tell whether somebody works on a tenant, as far as anybody knows."""
        lease = tenant.lease if tenant else None
        return lease is not None and lease.is_live(self.handler.tools.clock()) and not self.is_over(lease.run_url)

    def _free(self, tenant: Tenant) -> None:
        """Give a tenant free whose run is known to be over; a lease that ended is taken over as it is."""
        if tenant.lease is not None and self.is_over(tenant.lease.run_url):
            self.handler.tools.states.unlock(tenant.tenant_id, since=tenant.lease.acquired_at)
            self.handler.tools.registry.save(replace(tenant, lease=None))


def _event_in(content: Json) -> Event:
    """Read an event as it was on the bus, or as it would have gone to GitHub."""
    if isinstance(content, dict) and "client_payload" in content:
        return parse_event(content["client_payload"])
    return parse_bus_event(content)


def _came_of(outcome: outcomes.Outcome) -> str:
    told = of_outcome(outcome)
    if told is None:
        return "interrupted"
    return f"{told.verdict.lower()}{': ' * bool(told.reason)}{told.reason}"
