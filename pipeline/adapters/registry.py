"""The tenants table: every write is conditional on the revision that it replaces."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from pipeline.adapters.aws import error_code, translated
from pipeline.errors import ConflictError, NotFoundError
from pipeline.values.tenant_item import from_item, to_item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb.client import DynamoDBClient

    from pipeline.json_types import JsonObject
    from pipeline.values.identifiers import TenantId
    from pipeline.values.tenant import Tenant

IS_NEW: Final = "attribute_not_exists(tenant_id)"
IS_UNCHANGED: Final = "revision = :revision"
SCAN_SEGMENTS: Final = 4


class StaleWriteError(ConflictError):
    """Somebody else wrote the tenant since it was read; carries the row as it is now."""

    def __init__(self, tenant: TenantId, stored: Tenant | None) -> None:
        super().__init__(
            f"tenant {tenant} was changed by somebody else in the meantime",
            advice=f"look at it (pipeline tenant show {tenant}) and try again",
        )
        self.stored = stored


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
        return from_item(_plain(answer["Item"])) if "Item" in answer else None

    def all(self) -> list[Tenant]:
        """Read every tenant, deleted ones too, sorted by id: a parallel scan over every page."""
        with ThreadPoolExecutor(SCAN_SEGMENTS) as pool:
            segments = pool.map(lambda segment: list(self._segment(segment)), range(SCAN_SEGMENTS))
            return sorted((tenant for found in segments for tenant in found), key=lambda tenant: tenant.tenant_id)

    def add(self, tenant: Tenant) -> Tenant:
        """Write a tenant that must not be there yet."""
        return self._write(replace(tenant, revision=1), IS_NEW, {})

    def save(self, tenant: Tenant) -> Tenant:
        """Write a tenant that was read before; gives it back with its new revision."""
        values = {":revision": {"N": str(tenant.revision)}}
        return self._write(replace(tenant, revision=tenant.revision + 1), IS_UNCHANGED, values)

    def _write(self, tenant: Tenant, condition: str, values: dict[str, Any]) -> Tenant:
        request: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        with translated(f"table {self._table}"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=_serialised(to_item(tenant)),
                    ConditionExpression=condition,
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **request,
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                stored = error.response.get("Item")
                raise StaleWriteError(tenant.tenant_id, from_item(_plain(stored)) if stored else None) from error
        return tenant

    def _segment(self, segment: int) -> Iterator[Tenant]:
        with translated(f"table {self._table}"):
            pages = self._client.get_paginator("scan").paginate(
                TableName=self._table, Segment=segment, TotalSegments=SCAN_SEGMENTS, ConsistentRead=True
            )
            for page in pages:
                yield from (from_item(_plain(item)) for item in page["Items"])


def _plain(item: Any) -> JsonObject:
    read = TypeDeserializer().deserialize
    return {key: read(value) for key, value in item.items()}


def _serialised(item: JsonObject) -> Any:
    write = TypeSerializer().serialize
    return {key: write(value) for key, value in item.items()}
