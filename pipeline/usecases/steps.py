"""The steps that operations on a tenant are made of: take it, plan it, record what came of it, restore its state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pipeline.adapters.engine import STATE_RESCUE_FILE, Engine, EngineCommandError
from pipeline.adapters.plans import read_plan
from pipeline.errors import ConflictError, NotFoundError, PipelineError
from pipeline.values import outcome as outcomes
from pipeline.values.plan import Plan, PlanMode
from pipeline.values.tenant import Lease, Operation, Outcome, Status, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.adapters.absence import AbsenceCheck
    from pipeline.adapters.registry import Registry
    from pipeline.adapters.states import States
    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.adapters.template_store import TemplateStore
    from pipeline.adapters.workspaces import Workspace, Workspaces
    from pipeline.values.identifiers import TemplateVersion

# Longer than any apply of ours should take: a lease that expired means that its owner is gone.
LEASE_DURATION: Final = timedelta(hours=1)

MODE_OPTIONS: Final[dict[PlanMode, tuple[str, ...]]] = {
    PlanMode.NORMAL: (),
    PlanMode.DESTROY: ("-destroy",),
    PlanMode.REFRESH_ONLY: ("-refresh-only",),
}


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Who runs operations: what a lease shows to others."""

    owner: str
    run_url: str | None


def now() -> datetime:
    """Give the time, as everything here has it."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What operations work with."""

    registry: Registry
    templates: TemplateStore
    workspaces: Workspaces
    engine: Engine
    states: States
    absence: AbsenceCheck
    runner: Runner
    lock_timeout: int
    """Seconds to wait for a tenant's state lock."""
    clock: Callable[[], datetime] = now


def target(tools: Tools, tenant: Tenant, wanted: TemplateVersion | None) -> StoredTemplate:
    """Give the template that a tenant should be on: the one asked for, its pinned one, or the stable one."""
    version = wanted or tenant.pinned or tools.templates.stable()
    if version is None:
        raise NotFoundError(
            "no template version was published yet", advice="pipeline template build, then pipeline template publish"
        )
    return tools.templates.fetch(version)


def take(tools: Tools, tenant: Tenant, status: Status, kind: str, version: TemplateVersion) -> Tenant:
    """Mark a tenant as taken for an operation; raises ConflictError where somebody has it."""
    tools.engine.require()
    at = tools.clock()
    if tenant.lease is not None and tenant.lease.is_live(at):
        raise ConflictError(
            f"tenant {tenant.tenant_id} is busy: {tenant.lease.operation} by {tenant.lease.owner}"
            f" since {tenant.lease.acquired_at:%H:%M:%S} UTC",
            advice=tenant.lease.run_url or f"wait for it; its lease ends at {tenant.lease.expires_at:%H:%M:%S} UTC",
        )
    lease = Lease(
        owner=tools.runner.owner,
        run_url=tools.runner.run_url,
        operation=kind,
        acquired_at=at,
        expires_at=at + LEASE_DURATION,
    )
    begun = Operation(
        kind=kind, version=version, started_at=at, ended_at=None, outcome=Outcome.RUNNING, summary="running"
    )
    return tools.registry.save(replace(tenant.moved_to(status), lease=lease, operation=begun))


def finishing(tools: Tools, taken: Tenant, work: Callable[[], tuple[outcomes.Outcome, Tenant]]) -> outcomes.Outcome:
    """Do the work on a taken tenant and record what came of it, whatever it was."""
    try:
        outcome, tenant = work()
    except PipelineError as error:
        failed = Status.STATE_PENDING if _rescue(tools, taken) else Status.FAILED
        tenant = ended(tools, replace(taken.moved_to(failed), last_error=error.message), Outcome.FAILED, error.message)
        outcome = outcomes.Failed(tenant=taken.tenant_id, reason=error.message, advice=error.advice)
    tools.registry.save(tenant)
    return outcome


def ended(tools: Tools, tenant: Tenant, outcome: Outcome, summary: str) -> Tenant:
    """Give a tenant free, with what came of its operation."""
    operation = tenant.operation
    if operation is not None:
        operation = replace(operation, ended_at=tools.clock(), outcome=outcome, summary=summary)
    return replace(tenant, lease=None, operation=operation)


def saved_plan(tools: Tools, workspace: Workspace, *extra: str, mode: PlanMode = PlanMode.NORMAL) -> Plan:
    """Save a plan; where the engine does not take the prepared workspace, run the init that it asks for."""
    options = (*MODE_OPTIONS[mode], *extra)
    try:
        tools.engine.plan(workspace.directory, *options)
    except EngineCommandError as error:
        if not error.needs_init:
            raise
        tools.workspaces.initialise(workspace)
        tools.engine.plan(workspace.directory, *options)
    return read_plan(tools.engine, workspace.directory, mode)


def lock_wait(tools: Tools) -> str:
    """Give the option by which the engine waits for a tenant's state lock."""
    return f"-lock-timeout={tools.lock_timeout}s"


def _rescue(tools: Tools, taken: Tenant) -> bool:
    """Keep a state that could not be uploaded in the bucket too, if that works by now; tell whether there is one."""
    file = tools.workspaces.directory(taken.tenant_id) / STATE_RESCUE_FILE
    if not file.is_file():
        return False
    try:
        tools.states.rescue(taken.tenant_id, file.read_bytes(), tools.clock())
    except PipelineError:
        return True  # the file stays where it is, and the tenant's status says that it waits
    return True


def restore(tools: Tools, workspace: Workspace) -> None:
    """Make a rescued state the tenant's state again, before anything is planned on an older one."""
    file = workspace.directory / STATE_RESCUE_FILE
    rescued = tools.states.rescued(workspace.tenant)
    if not file.is_file():
        if rescued is None:
            return
        file.write_bytes(rescued[1])
    try:
        tools.engine.push_state(workspace.directory, STATE_RESCUE_FILE)
    except EngineCommandError as error:
        if not error.needs_init:
            raise
        tools.workspaces.initialise(workspace)
        tools.engine.push_state(workspace.directory, STATE_RESCUE_FILE)
    tools.states.restored(workspace.tenant)
    file.unlink()
