"""A tenant as the registry has it: what it should be, what it was last applied from, who works on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pipeline.errors import ConflictError
from pipeline.values.digests import digest_of

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.json_types import JsonObject
    from pipeline.values.identifiers import Ring, TemplateVersion, TenantId


class Status(StrEnum):
    """Where a tenant stands in its life."""

    REGISTERED = "registered"
    CREATING = "creating"
    ACTIVE = "active"
    UPDATING = "updating"
    FAILED = "failed"
    HELD = "held"
    STATE_PENDING = "state-pending"
    DELETING = "deleting"
    DELETED = "deleted"


# The states in which an operation works on the tenant, or may have died while it did.
BUSY: Final = frozenset({Status.CREATING, Status.UPDATING, Status.DELETING})

# An operation that died leaves its tenant in a busy status without a live lease: the next one may take it from there.
MOVES: Final[dict[Status, frozenset[Status]]] = {
    Status.REGISTERED: frozenset({Status.CREATING, Status.DELETING, Status.DELETED}),
    Status.CREATING: frozenset(
        {Status.CREATING, Status.ACTIVE, Status.FAILED, Status.HELD, Status.STATE_PENDING, Status.DELETING}
    ),
    Status.ACTIVE: frozenset({Status.UPDATING, Status.DELETING}),
    Status.UPDATING: frozenset(
        {Status.UPDATING, Status.ACTIVE, Status.FAILED, Status.HELD, Status.STATE_PENDING, Status.DELETING}
    ),
    Status.FAILED: frozenset({Status.CREATING, Status.UPDATING, Status.DELETING, Status.DELETED}),
    Status.HELD: frozenset({Status.CREATING, Status.UPDATING, Status.DELETING, Status.DELETED}),
    Status.STATE_PENDING: frozenset({Status.CREATING, Status.UPDATING, Status.DELETING, Status.FAILED}),
    Status.DELETING: frozenset({Status.DELETING, Status.DELETED, Status.FAILED, Status.STATE_PENDING}),
    Status.DELETED: frozenset({Status.REGISTERED}),
}


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What a tenant's resources were last applied from."""

    version: TemplateVersion
    fingerprint: str
    config_digest: str
    """Digest of the tier's config and lock file: the part of the fingerprint that the template gives."""
    specification_digest: str
    """Digest of what the registry gave: tier, region, account role and inputs."""
    at: datetime
    duration: float
    """Seconds that the operation took."""
    tier: str | None = None
    """The tier that it was applied in; None where it was applied before this was kept."""
    inputs: JsonObject | None = None
    """The inputs that it was applied with; None as with the tier."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """Marks a tenant as busy with one operation."""

    owner: str
    operation: str
    run_url: str | None
    acquired_at: datetime
    expires_at: datetime

    def is_live(self, now: datetime) -> bool:
        """Tell whether the lease still holds."""
        return now < self.expires_at

    def is_same(self, other: Lease) -> bool:
        """Tell whether two are one lease, taken once."""
        return (self.owner, self.acquired_at) == (other.owner, other.acquired_at)


class Outcome(StrEnum):
    """How an operation on a tenant ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    HELD = "held"
    ROLLED_BACK = "rolled-back"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """The last thing that was done to a tenant, and what came of it."""

    kind: str
    version: TemplateVersion | None
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    summary: str


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A row of the registry."""

    tenant_id: TenantId
    tier: str
    ring: Ring
    region: str
    account_role: str = ""
    """ARN of the role to take on in the tenant's own account; empty = the account of the pipeline."""
    inputs: JsonObject = field(default_factory=dict)
    pinned: TemplateVersion | None = None
    status: Status = Status.REGISTERED
    applied: Applied | None = None
    previous: TemplateVersion | None = None
    """The version that it was on before the one it is on."""
    begun: tuple[TemplateVersion, ...] = ()
    """Versions that it was to be brought to since, which did not come to an end: of these it can have resources too."""
    lease: Lease | None = None
    operation: Operation | None = None
    last_error: str | None = None
    drift_looked_at: datetime | None = None
    """When somebody last looked whether its resources are still what was applied."""
    drift: tuple[str, ...] = ()
    """What that look found to be changed behind terraform's back."""
    created_at: datetime
    revision: int = 0
    """Counts the writes; every write names the revision that it replaces."""

    @property
    def specification_digest(self) -> str:
        """Digest of everything that the registry says about what the tenant should be."""
        return digest_of([self.tier, self.region, self.account_role, self.inputs])

    @property
    def as_applied(self) -> Tenant:
        """The tenant with the tier and inputs that it was last applied with: its row can be ahead of them."""
        applied = self.applied
        if applied is None:
            return self
        inputs = self.inputs if applied.inputs is None else applied.inputs
        return replace(self, tier=applied.tier or self.tier, inputs=inputs)

    @property
    def last_good(self) -> TemplateVersion | None:
        """What a rollback goes to: the version before, or the one that it is on where a move to another did not end."""
        last, applied = self.operation, self.applied
        if applied is None:
            return self.previous
        was_elsewhere = last is not None and last.version not in {None, applied.version}
        return applied.version if was_elsewhere or self.begun else self.previous

    @property
    def known_drift(self) -> tuple[str, ...]:
        """What is known to be other than it was applied: an apply after the look has set it right."""
        at = self.drift_looked_at
        return self.drift if at is not None and (self.applied is None or self.applied.at < at) else ()

    @property
    def is_dirty(self) -> bool:
        """Tell whether what it should be has changed since it was last applied, or it never was or not to the end."""
        return (
            self.applied is None
            or self.status is not Status.ACTIVE
            or self.applied.specification_digest != self.specification_digest
        )

    def moved_to(self, status: Status) -> Tenant:
        """Give the tenant in another status; raises ConflictError where the table of moves does not have it."""
        if status not in MOVES[self.status]:
            raise ConflictError(
                f"tenant {self.tenant_id} is {self.status}: it cannot become {status}",
                advice=f"pipeline tenant show {self.tenant_id}",
            )
        return replace(self, status=status)
