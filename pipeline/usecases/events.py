"""Makes events of the application so: a created tenant gets its resources, a deleted one loses them, with a receipt.

Events come more than once, in any order, or never. The rules that make this harmless:

- An event is known by its id. One that has an end is not handled again; one that has none is, from where it stopped.
- **A delete wins.** A tenant id is not given again, so a tenant that was deleted stays deleted, whichever of the two
  events comes first: a delete of a tenant that the registry does not know leaves a tombstone, and a create that meets a
  tombstone is refused. So the order of arrival does not matter for what is there at the end. (Whoever wants to start
  over under an old id says so by hand: `pipeline tenant add --reuse-id`.)
- A second create of a tenant that is there changes nothing of it, and applies it where it is not up to date.
- What somebody else works on is waited for. What fails stays open: `pipeline reconcile` tries it again.
- An event that can never succeed (no such tier, inputs that the template refuses) is refused, and its error is raised.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pipeline.adapters.registry import StaleWriteError
from pipeline.errors import InvalidInputError, NotFoundError, PipelineError
from pipeline.usecases import tenants
from pipeline.usecases.operations import Order, apply, destroy
from pipeline.usecases.steps import BusyError
from pipeline.values import outcome as outcomes
from pipeline.values.event import Event, EventType, Settlement
from pipeline.values.tenant import Status, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.adapters.event_journal import EventJournal
    from pipeline.usecases.steps import Tools
    from pipeline.values.manifest import Manifest

SECONDS_BETWEEN_LOOKS: Final = 2.0
UNKNOWN_TIER: Final = "unknown"
ENDED: Final = (outcomes.Changed, outcomes.Unchanged, outcomes.Destroyed)
GONE: Final = frozenset({Status.DELETED, Status.DELETING})


class EventRefusedError(InvalidInputError):
    """An event asks for what the template does not have or does not take."""


@dataclass(frozen=True, kw_only=True)
class Handled:
    """What came of an event."""

    event: Event
    settlement: Settlement
    detail: str
    was_known: bool = False
    """Whether it had an end before, so that nothing was done."""


@dataclass(frozen=True, kw_only=True)
class EventHandler:
    """Handles events with the tools of operations."""

    tools: Tools
    journal: EventJournal
    region: str
    """Where tenants live of which the event does not say it."""
    patience: float
    """Seconds to wait for a tenant that somebody else works on."""

    def handle(self, event: Event) -> Handled:
        """Make an event so, once; raises EventRefusedError where it can never succeed."""
        known = self.journal.receive(event, self.tools.clock())
        if known.settlement is not Settlement.OPEN:
            return Handled(event=event, settlement=known.settlement, detail=known.detail, was_known=True)
        try:
            done = self._created(event) if event.type is EventType.CREATED else self._deleted(event)
        except EventRefusedError as error:
            self.journal.end(event, Settlement.REFUSED, error.message, self.tools.clock())
            raise
        except PipelineError as error:
            return Handled(event=event, settlement=Settlement.OPEN, detail=error.message)
        if done.settlement is not Settlement.OPEN:
            self.journal.end(event, done.settlement, done.detail, self.tools.clock())
        return done

    def _created(self, event: Event) -> Handled:
        stored = self.tools.registry.find(event.tenant) or self._add(event)
        if stored.status in GONE:
            return Handled(event=event, settlement=Settlement.REFUSED, detail=f"tenant {event.tenant} was deleted")
        if stored.tier != event.tier:
            detail = f"tenant {event.tenant} is there already, in tier {stored.tier}"
            return Handled(event=event, settlement=Settlement.REFUSED, detail=detail)
        return self._told(event, self._waiting(lambda: apply(self.tools, event.tenant, Order())))

    def _deleted(self, event: Event) -> Handled:
        stored = self.tools.registry.find(event.tenant)
        if stored is None:
            stored = self._bury(event)
        if stored.status is Status.DELETED:
            return Handled(event=event, settlement=Settlement.DONE, detail=f"tenant {event.tenant} is deleted")
        if stored.status is Status.REGISTERED:
            tenants.remove(self.tools, event.tenant)
            return Handled(event=event, settlement=Settlement.DONE, detail="it had no resources yet")
        return self._told(event, self._waiting(lambda: destroy(self.tools, event.tenant)))

    def _add(self, event: Event) -> Tenant:
        tools = self.tools
        manifest = tools.templates.fetch(tools.templates.required_stable()).manifest  # where none is, the event waits
        try:
            tenant = self._wanted(event, manifest)
            (added,) = tenants.add(tools, [tenant], reuse=False)
        except StaleWriteError:  # another event of the same tenant was faster
            return tools.registry.get(event.tenant)
        except (InvalidInputError, NotFoundError) as error:
            raise EventRefusedError(error.message, advice=error.advice) from error
        return added

    def _wanted(self, event: Event, manifest: Manifest) -> Tenant:
        changes = tenants.Changes(tier=event.tier, ring=event.ring, account_role=event.account_role)
        region = event.region or self.region
        tenant = tenants.new_tenant(event.tenant, manifest, changes=changes, region=region, at=self.tools.clock())
        tenants.read_inputs(dict.fromkeys(event.inputs, "null"), manifest.tier(event.tier))  # refuses unknown names
        return replace(tenant, inputs=event.inputs)

    def _bury(self, event: Event) -> Tenant:
        """Leave a tombstone, so that the create that this delete overtook is refused."""
        tombstone = Tenant(
            tenant_id=event.tenant,
            tier=event.tier or UNKNOWN_TIER,
            ring=event.ring,
            region=self.region,
            status=Status.DELETED,
            created_at=self.tools.clock(),
        )
        try:
            return self.tools.registry.add(tombstone)
        except StaleWriteError:  # its create came in this very moment
            return self.tools.registry.get(event.tenant)

    def _waiting(self, work: Callable[[], outcomes.Outcome]) -> outcomes.Outcome:
        until = time.monotonic() + self.patience
        while True:
            try:
                return work()
            except (BusyError, StaleWriteError):
                if time.monotonic() > until or self.tools.engine.interrupted:
                    raise
                self.tools.sleep(SECONDS_BETWEEN_LOOKS)

    def _told(self, event: Event, outcome: outcomes.Outcome) -> Handled:
        settlement = Settlement.DONE if isinstance(outcome, ENDED) else Settlement.OPEN
        return Handled(event=event, settlement=settlement, detail=_detail(outcome))


def _detail(outcome: outcomes.Outcome) -> str:
    match outcome:
        case outcomes.Changed():
            return outcome.counts
        case outcomes.Destroyed():
            return outcome.proof
        case outcomes.Held():
            return f"held: {'; '.join(outcome.reasons)}"
        case outcomes.Planned():
            return "planned"
        case outcomes.Unchanged() | outcomes.Failed() | outcomes.RolledBack() | outcomes.Interrupted():
            return outcome.reason
