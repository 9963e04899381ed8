"""Where the beginning and the end of an operation on a tenant are written down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from pipeline.adapters.registry import Registry, StaleWriteError
from pipeline.errors import ConflictError

if TYPE_CHECKING:
    from pipeline.values.identifiers import TenantId
    from pipeline.values.outcome import Outcome
    from pipeline.values.rollout import RolloutId
    from pipeline.values.tenant import Tenant


class TakenOverError(ConflictError):
    """A tenant was taken over by somebody else while an operation worked on it."""

    def __init__(self, tenant: TenantId) -> None:
        super().__init__(
            f"tenant {tenant} was taken over by somebody else while this operation worked on it",
            advice=f"pipeline tenant show {tenant}",
        )


class Journal(Protocol):
    """Writes down operations: for one tenant alone, or as a part of a rollout."""

    @property
    def rollout(self) -> RolloutId | None:
        """The rollout that operations belong to."""

    def begin(self, former: Tenant, taken: Tenant) -> Tenant:
        """Write down that a tenant is taken; gives it as it is stored. Raises StaleWriteError where it changed."""

    def end(self, taken: Tenant, ended: Tenant, outcome: Outcome) -> None:
        """Write down what came of it; raises TakenOverError where the tenant is somebody else's by now."""

    def may_delete(self, count: int) -> bool:
        """Take some deletions from what may still be deleted."""


class RegistryJournal:
    """Writes into the registry alone."""

    rollout: RolloutId | None = None

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def begin(self, former: Tenant, taken: Tenant) -> Tenant:  # noqa: ARG002 - a rollout's journal needs it
        """Mark the tenant's row."""
        return self._registry.save(taken)

    def end(self, taken: Tenant, ended: Tenant, outcome: Outcome) -> None:  # noqa: ARG002 - as above
        """Give the tenant's row free."""
        while True:
            try:
                self._registry.save(ended)
            except StaleWriteError as stale:
                ended = put_onto(stale.stored, taken, ended)
            else:
                return

    def may_delete(self, count: int) -> bool:  # noqa: ARG002 - as above
        """Let everything pass: the guard looked at it, and a person named what it lets through."""
        return True


def put_onto(stored: Tenant | None, taken: Tenant, ended: Tenant) -> Tenant:
    """Put what came of an operation onto a row that was changed meanwhile: its inputs, say, or its ring.

    Raises TakenOverError where the row is no longer under the lease that the operation took.
    """
    if stored is None or stored.lease is None or taken.lease is None or not stored.lease.is_same(taken.lease):
        raise TakenOverError(taken.tenant_id)
    return replace(
        stored,
        status=ended.status,
        applied=ended.applied,
        previous=ended.previous,
        begun=ended.begun,
        lease=ended.lease,
        operation=ended.operation,
        last_error=ended.last_error,
    )
