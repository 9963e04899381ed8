"""Tenants' states in the state bucket, what was rescued of them, and the evidence of their end."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipeline.adapters.aws import translated
from pipeline.values.digests import canonical_json
from pipeline.values.identifiers import TenantId, state_key
from pipeline.values.state import State, read_state

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from pipeline.adapters.objects import Bucket
    from pipeline.json_types import JsonObject


def time_in_key(at: datetime) -> str:
    """Write a time so that keys sort by it."""
    return at.strftime("%Y%m%dT%H%M%S.%fZ")


class States:
    """The state bucket, by tenant."""

    def __init__(self, bucket: Bucket, dynamodb: DynamoDBClient, lock_table: str) -> None:
        self._bucket = bucket
        self._dynamodb = dynamodb
        self._lock_table = lock_table

    def read(self, tenant: TenantId) -> State | None:
        """Read a tenant's state; None where there is none."""
        found = self._bucket.read(state_key(tenant))
        return None if found is None else read_state(found.content)

    def forget(self, tenant: TenantId) -> None:
        """Delete a tenant's states for good, and the digest that terraform keeps: former versions hold secrets too."""
        for folder in ("tenants", "rescued"):
            self._bucket.erase(f"{folder}/{tenant}/")
        with translated(f"table {self._lock_table}"):
            self._dynamodb.delete_item(
                TableName=self._lock_table, Key={"LockID": {"S": f"{self._bucket.name}/{state_key(tenant)}-md5"}}
            )

    def rescue(self, tenant: TenantId, content: bytes, at: datetime) -> str:
        """Keep a state that terraform could not upload; gives its key."""
        key = f"rescued/{tenant}/{time_in_key(at)}.tfstate"
        self._bucket.write(key, content)
        return key

    def rescued(self, tenant: TenantId) -> tuple[str, bytes] | None:
        """Give the newest rescued state of a tenant with its key, if one waits to be restored."""
        keys = sorted(self._bucket.keys(f"rescued/{tenant}/"))
        found = self._bucket.read(keys[-1]) if keys else None
        return None if found is None else (keys[-1], found.content)

    def restored(self, tenant: TenantId) -> None:
        """Take the rescued states of a tenant away, once the newest is its state again."""
        for key in list(self._bucket.keys(f"rescued/{tenant}/")):
            self._bucket.delete(key)

    def unlock(self, tenant: TenantId, *, since: datetime) -> bool:
        """Take away the lock of a tenant's state that was taken since a time; tells whether there was one.

        Only for who knows that its holder is dead: the lock was taken under a lease of this machine, by an engine that
        runs no more. Both ways of locking are looked at.
        """
        return self._unlock_file(tenant, since) | self._unlock_item(tenant, since)

    def _unlock_file(self, tenant: TenantId, since: datetime) -> bool:
        key = f"{state_key(tenant)}.tflock"
        found = self._bucket.read(key)
        if found is None or _taken_at(found.content) < since:
            return False
        self._bucket.delete(key)
        return True

    def _unlock_item(self, tenant: TenantId, since: datetime) -> bool:
        key: Any = {"LockID": {"S": f"{self._bucket.name}/{state_key(tenant)}"}}
        with translated(f"table {self._lock_table}"):
            answer = self._dynamodb.get_item(TableName=self._lock_table, Key=key, ConsistentRead=True)
            info = answer.get("Item", {}).get("Info", {}).get("S")
            if info is None or _taken_at(info) < since:
                return False
            self._dynamodb.delete_item(
                TableName=self._lock_table,
                Key=key,
                ConditionExpression="Info = :info",
                ExpressionAttributeValues={":info": {"S": info}},
            )
        return True

    def going(self, tenant: TenantId) -> list[JsonObject]:
        """Give what a destroy that did not come to its end was to take away: the state may not name it any more."""
        found = self._bucket.read(_going_key(tenant))
        return [] if found is None else list(json.loads(found.content))

    def note_going(self, tenant: TenantId, resources: list[JsonObject]) -> None:
        """Write down what a destroy is to take away; it goes with the tenant's states."""
        self._bucket.write(_going_key(tenant), canonical_json(resources))

    def write_receipt(self, tenant: TenantId, receipt: JsonObject, at: datetime) -> str:
        """Keep the evidence of a finished offboarding; gives its key."""
        key = f"receipts/{tenant}/{time_in_key(at)}.json"
        self._bucket.write(key, canonical_json(receipt))
        return key


def _going_key(tenant: TenantId) -> str:
    return f"tenants/{tenant}/going.json"


def _taken_at(lock: str | bytes) -> datetime:
    """Read when a lock was taken, from the document that the engine writes (statemgr.LockInfo)."""
    return datetime.fromisoformat(json.loads(lock)["Created"])
