"""Tenants' states in the state bucket, what was rescued of them, and the evidence of their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.adapters.aws import translated
from pipeline.values.digests import canonical_json
from pipeline.values.identifiers import TenantId, state_key
from pipeline.values.state import State, read_state

if TYPE_CHECKING:
    from datetime import datetime

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
        """Delete a tenant's empty state and the digest that terraform keeps of it; former versions stay."""
        self._bucket.delete(state_key(tenant))
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

    def write_receipt(self, tenant: TenantId, receipt: JsonObject, at: datetime) -> str:
        """Keep the evidence of a finished offboarding; gives its key."""
        key = f"receipts/{tenant}/{time_in_key(at)}.json"
        self._bucket.write(key, canonical_json(receipt))
        return key
