"""Which tenants a command is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.values.identifiers import Ring, TenantId
    from pipeline.values.tenant import Status, Tenant


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Some tenants by name, or all that a filter lets through."""

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
