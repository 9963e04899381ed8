"""The tenants table: every write is conditional on the revision that it replaces."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from pipeline.adapters.aws import error_code, translated
from pipeline.adapters.batch_reads import read_items
from pipeline.adapters.dynamodb_items import to_attributes, to_plain
from pipeline.errors import ConflictError, NotFoundError
from pipeline.values.identifiers import TENANT_ID, Ring, TemplateVersion, TenantId
from pipeline.values.tenant import Status
from pipeline.values.tenant_item import APPLIED_FROM, from_item, to_item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_dynamodb.client import DynamoDBClient

    from pipeline.json_types import JsonObject
    from pipeline.values.tenant import Tenant

IS_NEW: Final = "attribute_not_exists(tenant_id)"
IS_UNCHANGED: Final = "revision = :revision"
IS_ON_ANOTHER: Final = (
    "tier = :tier AND applied_from < :digest",
    "tier = :tier AND applied_from > :digest",
)
SCAN_SEGMENTS: Final = 4


class StaleWriteError(ConflictError):
    """Somebody else wrote the tenant since it was read; carries the row as it is now."""

    def __init__(self, tenant: TenantId, stored: Tenant | None) -> None:
        super().__init__(
            f"tenant {tenant} was changed by somebody else in the meantime",
            advice=f"look at it (pipeline tenant show {tenant}) and try again",
        )
        self.stored = stored


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What the index knows of a tenant. It can be some moments old."""

    tenant_id: TenantId
    tier: str
    ring: Ring
    status: Status
    pinned: TemplateVersion | None
    applied_from: str
    """Digest of the config that it was applied from, or `dirty`."""
    version: TemplateVersion | None
    """What it was applied from last, if it ever was."""
    seconds: float | None
    """How long that took."""


class Registry:
    """The registry of tenants."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, tenant_id: TenantId) -> Tenant:
        """Read a tenant as it is now; raises NotFoundError where the registry has none of that id."""
        tenant = self.find(tenant_id)
        if tenant is None:
            raise NotFoundError(f"there is no tenant {tenant_id}", advice="pipeline tenant list")
        return tenant

    def find(self, tenant_id: TenantId) -> Tenant | None:
        """Read a tenant as it is now, if there is one."""
        with translated(f"table {self._table}"):
            answer = self._client.get_item(
                TableName=self._table, Key={"tenant_id": {"S": tenant_id}}, ConsistentRead=True
            )
        return from_item(to_plain(answer["Item"])) if "Item" in answer else None

    def some(self, tenant_ids: Sequence[TenantId]) -> Iterator[Tenant]:
        """Read some tenants as they are now, in any order; unknown ones are left out."""
        keys = [{"tenant_id": {"S": tenant_id}} for tenant_id in dict.fromkeys(tenant_ids)]
        return map(from_item, read_items(self._client, self._table, keys))

    def knows(self, name: str) -> bool:
        """Tell whether there is, or was, a tenant of that id."""
        return TENANT_ID.fullmatch(name) is not None and self.find(TenantId(name)) is not None

    def all(self) -> list[Tenant]:
        """Read every tenant, deleted ones too, sorted by id: a parallel scan over every page."""
        with ThreadPoolExecutor(SCAN_SEGMENTS) as pool:
            segments = pool.map(lambda segment: list(self._segment(segment)), range(SCAN_SEGMENTS))
            return sorted((tenant for found in segments for tenant in found), key=lambda tenant: tenant.tenant_id)

    def not_on(self, tier: str, digest: str) -> Iterator[Listed]:
        """List the tenants of a tier that were last applied from another config, or are dirty: what they cost is read.

        The index is eventually consistent: a tenant that was just written can be missing, or still be there.
        """
        for condition in IS_ON_ANOTHER:
            yield from self._indexed(condition, {":tier": {"S": tier}, ":digest": {"S": digest}})

    def in_tier(self, tier: str) -> Iterator[Listed]:
        """List all living tenants of a tier, whatever they were applied from, by the same index."""
        return self._indexed("tier = :tier", {":tier": {"S": tier}})

    def add(self, tenant: Tenant) -> Tenant:
        """Write a tenant that must not be there yet."""
        return self._put(tenant, {"ConditionExpression": IS_NEW})

    def save(self, tenant: Tenant) -> Tenant:
        """Write a tenant that was read before; gives it back with its new revision."""
        return self._put(tenant, _unchanged(tenant))

    def save_request(self, tenant: Tenant) -> Any:
        """Give the save of a tenant as a part of a transaction."""
        return {"Put": self._request(tenant) | _unchanged(tenant)}

    def _put(self, tenant: Tenant, condition: dict[str, Any]) -> Tenant:
        with translated(f"table {self._table}"):
            try:
                self._client.put_item(
                    **self._request(tenant), **condition, ReturnValuesOnConditionCheckFailure="ALL_OLD"
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                stored = error.response.get("Item")
                raise StaleWriteError(tenant.tenant_id, from_item(to_plain(stored)) if stored else None) from error
        return written(tenant)

    def _request(self, tenant: Tenant) -> dict[str, Any]:
        return {"TableName": self._table, "Item": to_attributes(to_item(written(tenant)))}

    def _indexed(self, condition: str, values: dict[str, Any]) -> Iterator[Listed]:
        with translated(f"table {self._table}"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName=APPLIED_FROM,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
            for page in pages:
                yield from (_listed(to_plain(item)) for item in page["Items"])

    def _segment(self, segment: int) -> Iterator[Tenant]:
        with translated(f"table {self._table}"):
            pages = self._client.get_paginator("scan").paginate(
                TableName=self._table, Segment=segment, TotalSegments=SCAN_SEGMENTS, ConsistentRead=True
            )
            for page in pages:
                yield from (from_item(to_plain(item)) for item in page["Items"])


def written(tenant: Tenant) -> Tenant:
    """Give a tenant as a write leaves it: its revision counted up."""
    return replace(tenant, revision=tenant.revision + 1)


def _unchanged(tenant: Tenant) -> dict[str, Any]:
    return {
        "ConditionExpression": IS_UNCHANGED,
        "ExpressionAttributeValues": {":revision": {"N": str(tenant.revision)}},
    }


def _listed(item: JsonObject) -> Listed:
    applied = item.get("applied")
    return Listed(
        tenant_id=TenantId(item["tenant_id"]),
        tier=item["tier"],
        ring=Ring(item["ring"]),
        status=Status(item["status"]),
        pinned=TemplateVersion(item["pinned"]) if "pinned" in item else None,
        applied_from=item[APPLIED_FROM],
        version=TemplateVersion(applied["version"]) if applied else None,
        seconds=float(applied["duration"]) if applied else None,
    )
