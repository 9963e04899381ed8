"""Works through several tenants at the same time: which ones, and one outcome for each."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import EngineMissingError, InvalidInputError, PipelineError
from pipeline.values import outcome as outcomes
from pipeline.values.tenant import Status, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.adapters.registry import Registry
    from pipeline.values.identifiers import Ring, TenantId


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which tenants a command is for: some by name, or all that a filter lets through."""

    names: tuple[TenantId, ...] = ()
    everyone: bool = False
    tier: str | None = None
    ring: Ring | None = None
    status: Status | None = None
    version: str | None = None
    """Leading digits of the version that they were last applied from."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was selected at all."""
        return not (self.names or self.everyone or self.tier or self.ring or self.status or self.version)

    def matches(self, tenant: Tenant) -> bool:
        """Tell whether a tenant passes the filters."""
        applied = tenant.applied.version if tenant.applied else ""
        return (
            (self.tier is None or tenant.tier == self.tier)
            and (self.ring is None or tenant.ring is self.ring)
            and (self.status is None or tenant.status is self.status)
            and (self.version is None or applied.startswith(self.version))
        )


def select(registry: Registry, selection: Selection) -> list[Tenant]:
    """Give the selected tenants; deleted ones only by name."""
    if selection.is_empty:
        raise InvalidInputError("no tenants given", advice="name some, or select by --all, --tier or --ring")
    if selection.names:
        if selection.everyone or selection.tier or selection.ring:
            raise InvalidInputError("give either tenants by name or a selection, not both")
        return [registry.get(name) for name in dict.fromkeys(selection.names)]
    return [t for t in registry.all() if selection.matches(t) and t.status is not Status.DELETED]


def work_through(
    tenants: Sequence[TenantId], work: Callable[[TenantId], outcomes.Outcome], *, concurrency: int
) -> Iterator[outcomes.Outcome]:
    """Do the work on every tenant and give each outcome as it comes; one tenant's failure stops no other.

    When the consumer stops early (Ctrl-C), nothing new starts and what runs is waited for.
    """
    if concurrency == 1:
        yield from (_contained(work, tenant) for tenant in tenants)
        return
    with ThreadPoolExecutor(concurrency) as pool:
        waiting: set[Future[outcomes.Outcome]] = {pool.submit(_contained, work, tenant) for tenant in tenants}
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _contained(work: Callable[[TenantId], outcomes.Outcome], tenant: TenantId) -> outcomes.Outcome:
    try:
        return work(tenant)
    except EngineMissingError:
        raise
    except PipelineError as error:
        return outcomes.Failed(tenant=tenant, reason=error.message, advice=error.advice)
