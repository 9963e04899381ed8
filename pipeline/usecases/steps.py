"""The steps that operations on a tenant are made of: take it, plan it, record what came of it, restore its state."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from pipeline.adapters.engine import APPLY_LOG, PROTECTION_LOG, STATE_RESCUE_FILE, Engine, EngineCommandError
from pipeline.adapters.plans import read_plan
from pipeline.adapters.running import RunningOperation, this_process
from pipeline.errors import ConflictError, EngineError, PipelineError
from pipeline.values import outcome as outcomes
from pipeline.values.plan import Plan, PlanMode
from pipeline.values.tenant import BUSY, Lease, Operation, Outcome, Status, Tenant
from pipeline.values.transient import is_passing, is_throttling

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.adapters.absence import AbsenceCheck
    from pipeline.adapters.registry import Registry
    from pipeline.adapters.running import RunningOperations
    from pipeline.adapters.states import States
    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.adapters.template_store import TemplateStore
    from pipeline.adapters.workspaces import Workspace, Workspaces
    from pipeline.usecases.journal import Journal
    from pipeline.values.identifiers import TemplateVersion

T = TypeVar("T")

# Longer than any apply of ours should take: a lease that expired means that its owner is gone.
LEASE_DURATION: Final = timedelta(hours=1)

MODE_OPTIONS: Final[dict[PlanMode, tuple[str, ...]]] = {
    PlanMode.NORMAL: (),
    PlanMode.DESTROY: ("-destroy",),
    PlanMode.REFRESH_ONLY: ("-refresh-only",),
}
# Statuses of tenants of which a state may wait to be restored.
MAY_HAVE_LEFT_A_STATE: Final = frozenset({*BUSY, Status.STATE_PENDING})
TRIES: Final = 4
FIRST_PAUSE_SECONDS: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Who runs operations: what a lease shows to others."""

    owner: str
    run_url: str | None


def now() -> datetime:
    """Give the time, as everything here has it."""
    return datetime.now(UTC)


def nobody_listens() -> None:
    """Take note of nothing."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What operations work with."""

    registry: Registry
    templates: TemplateStore
    workspaces: Workspaces
    engine: Engine
    states: States
    absence: AbsenceCheck
    running: RunningOperations
    journal: Journal
    runner: Runner
    lock_timeout: int
    """Seconds to wait for a tenant's state lock."""
    clock: Callable[[], datetime] = now
    sleep: Callable[[float], None] = time.sleep
    throttled: Callable[[], None] = nobody_listens
    """Told whenever AWS throttles."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A tenant that is ours for one operation."""

    tenant: Tenant
    """As the registry has it, under our lease."""
    former: Tenant
    """As it was before."""
    note: str = ""
    """What is worth telling of how it was taken."""


class StateElsewhereError(ConflictError):
    """The newest state of a tenant stayed on another machine, and an older one must not be worked on."""


class BusyError(ConflictError):
    """Somebody else works on a tenant."""

    def __init__(self, tenant: Tenant, lease: Lease) -> None:
        super().__init__(
            f"tenant {tenant.tenant_id} is busy: {lease.operation} by {lease.owner}"
            f" since {lease.acquired_at:%H:%M:%S} UTC",
            advice=lease.run_url or f"wait for it; its lease ends at {lease.expires_at:%H:%M:%S} UTC",
        )


def target(tools: Tools, tenant: Tenant, wanted: TemplateVersion | None) -> StoredTemplate:
    """Give the template that a tenant should be on: the one asked for, its pinned one, or the stable one."""
    return tools.templates.fetch(wanted or tenant.pinned or tools.templates.required_stable())


def take(tools: Tools, tenant: Tenant, status: Status, kind: str, version: TemplateVersion) -> Taken:
    """Mark a tenant as taken for an operation; raises BusyError where somebody has it."""
    tools.engine.require()
    at = tools.clock()
    former = tenant.lease
    if former is not None and former.is_live(at):
        raise BusyError(tenant, former)
    lease = Lease(
        owner=tools.runner.owner,
        run_url=tools.runner.run_url,
        operation=kind,
        acquired_at=at,
        expires_at=at + LEASE_DURATION,
    )
    operation = Operation(
        kind=kind, version=version, started_at=at, ended_at=None, outcome=Outcome.RUNNING, summary="running"
    )
    marked = replace(tenant.moved_to(status), lease=lease, operation=operation, begun=_begun(tenant, version))
    note_running(tools, marked, version)
    try:
        taken = tools.journal.begin(tenant, marked)
    except PipelineError:
        tools.running.remove(tenant.tenant_id)
        raise
    note = f"took over from {former.owner}, whose lease ended at {former.expires_at:%H:%M:%S} UTC" if former else ""
    return Taken(tenant=taken, former=tenant, note=note)


def _begun(tenant: Tenant, version: TemplateVersion) -> tuple[TemplateVersion, ...]:
    if tenant.applied is not None and tenant.applied.version == version:
        return tenant.begun
    return (*(earlier for earlier in tenant.begun if earlier != version), version)  # the latest is the last


def note_running(tools: Tools, taken: Tenant, version: TemplateVersion) -> None:
    """Write down for `settle` what is done to a taken tenant; what an earlier apply said is no word on this one."""
    if taken.lease is None or taken.operation is None:
        raise AssertionError("a taken tenant has a lease and an operation")
    for log in _logs(tools, taken):
        log.unlink(missing_ok=True)
    running = RunningOperation(
        tenant=taken.tenant_id,
        kind=taken.operation.kind,
        owner=taken.lease.owner,
        version=version,
        specification=taken.specification_digest,
        rollout=tools.journal.rollout,
        runner=this_process(),
    )
    tools.running.write(running)


def finishing(
    tools: Tools,
    taken: Taken,
    work: Callable[[], tuple[outcomes.Outcome, Tenant]],
    after_failure: Callable[[PipelineError], tuple[outcomes.Outcome, Tenant]] | None = None,
) -> outcomes.Outcome:
    """Do the work on a taken tenant and record what came of it, whatever it was."""
    try:
        outcome, tenant = work()
    except PipelineError as error:
        if tools.engine.interrupted:
            outcome, tenant = interrupted(tools, taken, error)
        elif after_failure is not None:
            outcome, tenant = after_failure(error)
        else:
            outcome, tenant = failure(tools, taken, error)
    tools.journal.end(taken.tenant, tenant, outcome)
    tools.running.remove(taken.tenant.tenant_id)
    return outcome


def failure(tools: Tools, taken: Taken, error: PipelineError) -> tuple[outcomes.Outcome, Tenant]:
    """Say that an operation failed, and keep the state that it could not upload."""
    tenant = taken.tenant
    ending = replace(tenant.moved_to(_status_after_error(tools, taken, error)), last_error=error.message)
    outcome = outcomes.Failed(tenant=tenant.tenant_id, reason=error.message, advice=error.advice)
    return outcome, ended(tools, ending, Outcome.FAILED, error.message)


def interrupted(tools: Tools, taken: Taken, error: PipelineError) -> tuple[outcomes.Outcome, Tenant]:
    """Say that an operation was interrupted: where nothing was changed yet, the tenant is what it was."""
    tenant = taken.tenant
    had_begun = any(log.is_file() and log.stat().st_size for log in _logs(tools, tenant))
    if had_begun or taken.former.status in MAY_HAVE_LEFT_A_STATE:
        summary = "interrupted half-way; the next run goes on from there"
        ending = replace(tenant.moved_to(_status_after_error(tools, taken, error)), last_error=summary)
    else:
        summary = "interrupted before anything was changed"
        ending = replace(tenant, status=taken.former.status)
    outcome = outcomes.Interrupted(tenant=tenant.tenant_id, reason=summary)
    return outcome, ended(tools, ending, Outcome.INTERRUPTED, summary)


def _logs(tools: Tools, tenant: Tenant) -> list[Path]:
    """Give where the applies of an operation say what they do; none began where nothing is said."""
    directory = tools.workspaces.directory(tenant.tenant_id)
    return [directory / APPLY_LOG, directory / PROTECTION_LOG]


def status_after(tools: Tools, taken: Taken) -> Status:
    """Give the status of a tenant whose operation did not end well: nobody may forget a state that waits."""
    waits = _rescue(tools, taken.tenant) or (
        taken.former.status in MAY_HAVE_LEFT_A_STATE and tools.states.rescued(taken.tenant.tenant_id) is not None
    )
    return Status.STATE_PENDING if waits else Status.FAILED


def _status_after_error(tools: Tools, taken: Taken, error: PipelineError) -> Status:
    if isinstance(error, StateElsewhereError):
        return Status.STATE_PENDING
    try:
        return status_after(tools, taken)
    except PipelineError:  # the bucket does not answer: what waited before is taken to wait still
        return Status.STATE_PENDING if taken.former.status is Status.STATE_PENDING else Status.FAILED


def ended(tools: Tools, tenant: Tenant, outcome: Outcome, summary: str) -> Tenant:
    """Give a tenant free, with what came of its operation."""
    operation = tenant.operation
    if operation is not None:
        operation = replace(operation, ended_at=tools.clock(), outcome=outcome, summary=summary)
    return replace(tenant, lease=None, operation=operation)


def retrying(tools: Tools, work: Callable[[], T]) -> T:
    """Do some engine's work again, after a while, where AWS had a fault that passes by itself."""
    pause = FIRST_PAUSE_SECONDS
    for left in reversed(range(TRIES)):
        try:
            return work()
        except EngineCommandError as error:
            if is_throttling(error.text):
                tools.throttled()
            if not left or not is_passing(error.text) or tools.engine.interrupted:
                raise
        tools.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - spreads runners apart, hides nothing
        pause *= 2
    raise AssertionError("the last try returns or raises")


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


def looked_at(tools: Tools, tenant: Tenant, template: StoredTemplate, *, mode: PlanMode = PlanMode.NORMAL) -> Plan:
    """Plan a tenant and leave nothing: a saved plan holds secrets, so the workspace goes with it."""
    try:
        workspace = tools.workspaces.write(tenant, template)
        return retrying(tools, lambda: saved_plan(tools, workspace, mode=mode))
    except EngineCommandError as error:  # nobody can go and look where it failed
        raise EngineError(error.message.replace(f" in {error.directory}", ""), advice=error.advice) from error
    finally:
        tools.workspaces.remove(tenant.tenant_id)


def lock_wait(tools: Tools) -> str:
    """Give the option by which an apply waits for a tenant's state lock."""
    return f"-lock-timeout={tools.lock_timeout}s"


def _rescue(tools: Tools, tenant: Tenant) -> bool:
    """Keep a state that could not be uploaded in the bucket too, if that works by now; tell whether there is one."""
    file = tools.workspaces.directory(tenant.tenant_id) / STATE_RESCUE_FILE
    if not file.is_file():
        return False
    try:
        tools.states.rescue(tenant.tenant_id, file.read_bytes(), tools.clock())
    except PipelineError:
        return True  # the file stays where it is, and the tenant's status says that it waits
    return True


def restore(tools: Tools, workspace: Workspace, former: Tenant) -> None:
    """Make a rescued state the tenant's state again, before anything is planned on an older one.

    Only an operation that could not upload its state, or died, leaves one: nobody else's tenant is looked at.
    """
    file = workspace.directory / STATE_RESCUE_FILE
    if not file.is_file():
        if former.status not in MAY_HAVE_LEFT_A_STATE:
            return
        rescued = tools.states.rescued(workspace.tenant)
        if rescued is None:
            _refuse_an_older_state(former)
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


def _refuse_an_older_state(former: Tenant) -> None:
    if former.status is Status.STATE_PENDING:
        raise StateElsewhereError(
            f"the newest state of {former.tenant_id} is not in the bucket: {STATE_RESCUE_FILE} stayed on the machine of"
            " the run that failed",
            advice=f"apply it there; if that machine is gone: pipeline settle --forget {former.tenant_id}",
        )
