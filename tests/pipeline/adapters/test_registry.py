from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from pipeline.adapters.control_plane import Table, bootstrap
from pipeline.adapters.registry import Registry, StaleWriteError
from pipeline.errors import ConflictError, NotFoundError
from pipeline.values.identifiers import TenantId
from pipeline.values.tenant import Status
from tests.pipeline.samples import TENANT, applied

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

ACTIVE = replace(TENANT, status=Status.ACTIVE, applied=applied(TENANT))


@pytest.fixture
def table(sandbox: RunningSandbox) -> str:
    """Give an empty tenants table."""
    table = Table(name=f"tenants-{uuid4().hex}", hash_key="tenant_id", index=True)
    list(bootstrap(sandbox.client("s3"), sandbox.client("dynamodb"), [], [table]))
    return table.name


@pytest.fixture
def registry(sandbox: RunningSandbox, table: str) -> Registry:
    """Give an empty registry."""
    return Registry(sandbox.client("dynamodb"), table)


def test_an_added_tenant_is_there(registry: Registry) -> None:
    added = registry.add(TENANT)

    assert added == replace(TENANT, revision=1)
    assert registry.get(TENANT.tenant_id) == added
    assert registry.all() == [added]


def test_every_save_counts_one_up(registry: Registry) -> None:
    added = registry.add(TENANT)

    saved = registry.save(replace(added, last_error="x"))

    assert saved.revision == 2
    assert registry.get(TENANT.tenant_id) == saved


def test_a_tenant_that_is_not_there_is_not_found(registry: Registry) -> None:
    assert registry.find(TENANT.tenant_id) is None
    with pytest.raises(NotFoundError, match="there is no tenant acme"):
        registry.get(TENANT.tenant_id)


def test_some_tenants_are_read_whole_and_once(registry: Registry) -> None:
    names = [TenantId(f"t-{number:03}") for number in range(101)]
    for name in names:
        registry.add(replace(TENANT, tenant_id=name))

    read = list(registry.some([*names, names[0], TenantId("nobody")]))

    assert sorted(tenant.tenant_id for tenant in read) == names
    assert {tuple(tenant.inputs.items()) for tenant in read} == {(("seats", 7),)}


def test_a_second_add_is_refused_with_the_stored_row(registry: Registry) -> None:
    added = registry.add(TENANT)

    with pytest.raises(StaleWriteError, match="tenant acme was changed by somebody else") as stale:
        registry.add(replace(TENANT, tier="premium"))

    assert stale.value.stored == added
    assert registry.all() == [added]


def test_a_stale_save_is_refused_with_the_stored_row(registry: Registry) -> None:
    read = registry.add(TENANT)
    theirs = registry.save(replace(read, last_error="theirs"))

    with pytest.raises(StaleWriteError) as stale:
        registry.save(replace(read, last_error="mine"))

    assert stale.value.stored == theirs
    assert stale.value.exit_code == ConflictError.exit_code
    assert registry.get(TENANT.tenant_id) == theirs


def test_a_save_of_what_is_gone_is_refused(registry: Registry) -> None:
    with pytest.raises(StaleWriteError) as stale:
        registry.save(replace(TENANT, revision=4))

    assert stale.value.stored is None
    assert registry.all() == []


def test_all_reads_past_the_first_page(sandbox: RunningSandbox, table: str, registry: Registry) -> None:
    tenants = [replace(TENANT, tenant_id=TenantId(f"t-{i:02}"), inputs={"text": "x" * 350_000}) for i in range(16)]
    added = [registry.add(tenant) for tenant in tenants]
    dynamodb = sandbox.client("dynamodb")
    segments = [dynamodb.scan(TableName=table, Segment=i, TotalSegments=4) for i in range(4)]

    assert any("LastEvaluatedKey" in segment for segment in segments), "no segment has two pages: nothing is tested"
    assert registry.all() == added


@pytest.mark.parametrize(
    ("tenant", "keys"),
    [
        (TENANT, ["dirty"]),
        (ACTIVE, ["c" * 64]),
        (replace(ACTIVE, status=Status.DELETED), []),
    ],
    ids=["new", "applied", "deleted"],
)
def test_the_index_holds_what_selecting_needs(
    sandbox: RunningSandbox, table: str, registry: Registry, tenant: Any, keys: list[str]
) -> None:
    registry.add(tenant)

    found = sandbox.client("dynamodb").scan(TableName=table, IndexName="applied_from")["Items"]

    assert [item["applied_from"]["S"] for item in found] == keys
    assert all({"tenant_id", "ring", "status", "tier"} <= set(item) for item in found)


def test_a_missing_table_says_how_to_make_it(sandbox: RunningSandbox) -> None:
    absent = Registry(sandbox.client("dynamodb"), "absent")

    for call in (absent.all, lambda: absent.find(TENANT.tenant_id), lambda: absent.add(TENANT)):
        with pytest.raises(NotFoundError, match="table absent does not exist") as refusal:
            call()
        assert refusal.value.advice == "pipeline bootstrap"
