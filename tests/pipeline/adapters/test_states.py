from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from pipeline.adapters.control_plane import Table, bootstrap
from pipeline.adapters.objects import Bucket
from pipeline.adapters.states import States, time_in_key
from tests.pipeline.samples import AT, TENANT

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

ACME = TENANT.tenant_id
STATE_KEY = "tenants/acme/terraform.tfstate"


@pytest.fixture
def bucket(sandbox: RunningSandbox) -> Bucket:
    """Give an empty state bucket, and a lock table of the same name."""
    name = f"states-{uuid4().hex}"
    list(bootstrap(sandbox.client("s3"), sandbox.client("dynamodb"), [name], [Table(name=name, hash_key="LockID")]))
    return Bucket(sandbox.client("s3"), name)


@pytest.fixture
def states(sandbox: RunningSandbox, bucket: Bucket) -> States:
    """Give the states in that bucket."""
    return States(bucket, sandbox.client("dynamodb"), bucket.name)


def test_a_state_is_read_as_a_value(states: States, bucket: Bucket) -> None:
    assert states.read(ACME) is None

    content = {"version": 4, "serial": 3, "lineage": "l", "terraform_version": "1.11.4", "resources": [], "outputs": {}}
    bucket.write(STATE_KEY, json.dumps(content).encode())

    state = states.read(ACME)
    assert state is not None
    assert (state.serial, state.resources, state.outputs) == (3, (), ())


def test_a_forgotten_state_leaves_no_version_and_no_digest(
    sandbox: RunningSandbox, states: States, bucket: Bucket
) -> None:
    dynamodb, s3 = sandbox.client("dynamodb"), sandbox.client("s3")
    for content in (b"{}", b'{"secret": 1}', b"{}"):
        bucket.write(STATE_KEY, content)
    states.rescue(ACME, b'{"secret": 1}', AT)
    states.restored(ACME)
    kept = states.write_receipt(ACME, {"left": []}, AT)
    bucket.write("tenants/acme-2/terraform.tfstate", b"{}")
    for tenant in ("acme", "other"):
        lock_id = f"{bucket.name}/tenants/{tenant}/terraform.tfstate-md5"
        dynamodb.put_item(TableName=bucket.name, Item={"LockID": {"S": lock_id}, "Digest": {"S": "d"}})

    states.forget(ACME)

    assert states.read(ACME) is None
    left_over = s3.list_object_versions(Bucket=bucket.name)
    assert [version["Key"] for version in left_over["Versions"]] == [kept, "tenants/acme-2/terraform.tfstate"]
    assert "DeleteMarkers" not in left_over
    (left,) = dynamodb.scan(TableName=bucket.name)["Items"]
    assert "other" in left["LockID"]["S"]


def test_the_newest_rescued_state_is_the_one_to_restore(states: States, bucket: Bucket) -> None:
    assert states.rescued(ACME) is None

    times = [AT + timedelta(microseconds=offset) for offset in (1, 0, -1_000_000)]
    keys = [states.rescue(ACME, str(i).encode(), at) for i, at in enumerate(times)]

    assert states.rescued(ACME) == (keys[0], b"0")
    assert set(bucket.keys("rescued/acme/")) == set(keys)


def test_a_restored_state_is_no_longer_rescued(states: States, bucket: Bucket) -> None:
    for microseconds in range(3):
        states.rescue(ACME, b"{}", AT + timedelta(microseconds=microseconds))
    bucket.write("rescued/acme-2/x", b"")

    states.restored(ACME)

    assert states.rescued(ACME) is None
    assert list(bucket.keys("rescued/")) == ["rescued/acme-2/x"]


def test_a_receipt_is_kept_under_its_time(states: States, bucket: Bucket) -> None:
    key = states.write_receipt(ACME, {"left": []}, AT)

    found = bucket.read(key)
    assert key == "receipts/acme/20260301T123015.250000Z.json"
    assert found is not None
    assert found.content == b'{\n  "left": []\n}\n'


def test_keys_sort_by_their_time() -> None:
    times = [AT + timedelta(microseconds=10**power) for power in range(13)]

    assert sorted(map(time_in_key, times)) == [time_in_key(at) for at in times]
