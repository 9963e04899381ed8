"""What a killed run left behind: settled on real tables and buckets, while others write the same rows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest

from pipeline.adapters.absence import AbsenceCheck
from pipeline.adapters.aws import Aws
from pipeline.adapters.control_plane import Table, bootstrap
from pipeline.adapters.engine import APPLY_LOG, STATE_RESCUE_FILE, Engine
from pipeline.adapters.objects import Bucket
from pipeline.adapters.process_identity import Process
from pipeline.adapters.registry import Registry
from pipeline.adapters.rollouts import RolloutStore
from pipeline.adapters.running import RunningOperations
from pipeline.adapters.states import States
from pipeline.adapters.template_directory import TemplateDirectory
from pipeline.adapters.template_store import TemplateStore
from pipeline.adapters.workspaces import Workspaces
from pipeline.settings import load
from pipeline.usecases.journal import RegistryJournal
from pipeline.usecases.rollout_journal import RolloutJournal
from pipeline.usecases.settle import Found, settle
from pipeline.usecases.steps import Runner, Tools, take
from pipeline.values.identifiers import Ring
from pipeline.values.rollout import Budget, OnFailure, Result, Rollout, RolloutId, RolloutStatus, Wave
from pipeline.values.tenant import Status
from tests.pipeline.projects import write_settings
from tests.pipeline.samples import AT, TENANT, manifest_of, template_files

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pipeline.values.tenant import Tenant
    from tests.sandbox_fixtures import RunningSandbox

ACME: Final = TENANT.tenant_id
FILES: Final = template_files()
VERSION: Final = manifest_of(FILES).version
ROLLOUT: Final = Rollout(
    rollout_id=RolloutId("20260301t123015-abcdef"),
    version=VERSION,
    status=RolloutStatus.RUNNING,
    budget=Budget(amount=0, is_percent=False),
    on_failure=OnFailure.KEEP,
    owner="me@here:1",
    run_url=None,
    started_at=AT,
    waves=1,
    tenants=1,
)
WAVE: Final = Wave(number=1, ring=Ring.GENERAL, shards=((ACME,),), failures_allowed=0)
APPLIED: Final = {"type": "change_summary", "changes": {"operation": "apply", "add": 1, "change": 0, "remove": 0}}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine on which a run was killed, and its control plane."""

    tools: Tools
    rollouts: RolloutStore
    folder: Path

    @property
    def workspace(self) -> Path:
        """The directory of the tenant's workspace."""
        return self.tools.workspaces.directory(ACME)

    def kill_an_apply(self, rollout: Rollout | None = None) -> None:
        """Leave what an apply leaves that was killed."""
        tools = self.tools
        if rollout is not None:
            self.rollouts.create(rollout, [WAVE])
            tools = replace(tools, journal=RolloutJournal(self.rollouts, tools.registry, rollout, 1, since=AT))
        take(tools, tools.registry.add(TENANT), Status.CREATING, "apply", VERSION)
        self.workspace.mkdir(parents=True, exist_ok=True)
        (record,) = self.folder.glob("running/*.json")
        gone = {"runner": asdict(Process(name="pipeline", pid=1, started="before this machine"))}
        record.write_text(json.dumps(json.loads(record.read_text()) | gone))

    def settle(self, tools: Tools | None = None) -> tuple[Found, Tenant]:
        """Settle what was left; gives what was found, and the row as it is then."""
        (settled,) = settle(tools or self.tools, self.rollouts, patience=0)
        assert self.tools.running.left() == []
        return settled.found, self.tools.registry.get(ACME)


@pytest.fixture
def machine(sandbox: RunningSandbox, tmp_path: Path) -> Machine:
    """Give a machine with a control plane of its own, where a template is published."""
    write_settings(tmp_path, f"settle-{uuid4().hex[:8]}")
    settings = load({}, tmp_path).settings
    dynamodb, s3 = sandbox.client("dynamodb"), sandbox.client("s3")
    tables = [
        Table(name=settings.tenants_table, hash_key="tenant_id", index=True),
        Table(name=settings.rollouts_table, hash_key="rollout_id", range_key="item"),
        Table(name=settings.lock_table, hash_key="LockID"),
    ]
    list(bootstrap(s3, dynamodb, [settings.state_bucket, settings.template_bucket], tables))
    engine, registry = Engine(tmp_path), Registry(dynamodb, settings.tenants_table)
    templates = TemplateStore(Bucket(s3, settings.template_bucket), TemplateDirectory(tmp_path / "cache"))
    templates.publish(TemplateDirectory(tmp_path / "built").add(FILES, manifest_of(FILES)), FILES)
    tools = Tools(
        registry=registry,
        templates=templates,
        workspaces=Workspaces(root=tmp_path / "own", seeds=tmp_path / "seeds", engine=engine, settings=settings),
        engine=engine,
        states=States(Bucket(s3, settings.state_bucket), dynamodb, settings.lock_table),
        absence=AbsenceCheck(Aws(settings.region)),
        running=RunningOperations(tmp_path / "running"),
        journal=RegistryJournal(registry),
        runner=Runner(owner="me@here:1", run_url=None),
        lock_timeout=0,
        clock=lambda: AT,
    )
    return Machine(tools=tools, rollouts=RolloutStore(dynamodb, settings.rollouts_table, registry), folder=tmp_path)


@pytest.mark.parametrize("rollout", [None, ROLLOUT], ids=["alone", "in a rollout"])
@pytest.mark.parametrize(
    ("log", "found", "status"),
    [(json.dumps(APPLIED), Found.FINISHED, Status.ACTIVE), ("", Found.HALF_DONE, Status.FAILED)],
    ids=["finished", "half done"],
)
def test_what_is_set_while_it_settles_stays(
    machine: Machine, rollout: Rollout | None, log: str, found: Found, status: Status
) -> None:
    machine.kill_an_apply(rollout)
    (machine.workspace / APPLY_LOG).write_text(log)
    registry = machine.tools.registry

    def set_meanwhile() -> datetime:
        """Give the time, which is read when the row was read already and is not written yet."""
        registry.save(replace(registry.get(ACME), ring=Ring.CANARY))
        return AT

    settled, tenant = machine.settle(replace(machine.tools, clock=set_meanwhile))

    assert settled is found
    assert (tenant.ring, tenant.status, tenant.lease) == (Ring.CANARY, status, None)
    if rollout is not None:
        result = machine.rollouts.results_of(rollout.rollout_id, [ACME])[ACME]
        assert result.result is (Result.CHANGED if found is Found.FINISHED else Result.INTERRUPTED)


@pytest.mark.parametrize("place", ["the workspace", "the bucket"])
def test_a_state_that_waits_is_not_forgotten(machine: Machine, place: str) -> None:
    machine.kill_an_apply()
    if place == "the workspace":
        (machine.workspace / STATE_RESCUE_FILE).write_bytes(b"{}")
    else:
        machine.tools.states.rescue(ACME, b"{}", AT)

    found, tenant = machine.settle()

    assert (found, tenant.status) == (Found.HALF_DONE, Status.STATE_PENDING)
    rescued = machine.tools.states.rescued(ACME)
    assert rescued is not None
    assert rescued[1] == b"{}"


def test_what_an_earlier_apply_said_is_no_word_on_this_one(machine: Machine) -> None:
    machine.workspace.mkdir(parents=True)
    (machine.workspace / APPLY_LOG).write_text(json.dumps(APPLIED))
    machine.kill_an_apply()

    found, tenant = machine.settle()

    assert (found, tenant.applied) == (Found.HALF_DONE, None)


def test_inputs_that_were_set_after_the_apply_began_are_not_taken_for_applied(machine: Machine) -> None:
    machine.kill_an_apply()
    (machine.workspace / APPLY_LOG).write_text(json.dumps(APPLIED))
    registry = machine.tools.registry
    registry.save(replace(registry.get(ACME), inputs={"seats": 8}))

    found, tenant = machine.settle()

    assert (found, tenant.inputs, tenant.applied) == (Found.HALF_DONE, {"seats": 8}, None)
