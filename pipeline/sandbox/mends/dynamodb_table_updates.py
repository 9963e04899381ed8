"""Gap: moto's UpdateTable ignores a change of encryption, starts no second stream, and keeps what AWS clears away.

AWS shows a table that is paid per request, and its indexes, with a capacity of zero, and forgets attribute definitions
that no key uses any more. terraform finds what moto leaves behind and plans to change it, for ever.
https://github.com/getmoto/moto/blob/5.2.5/moto/dynamodb/models/__init__.py (DynamoDBBackend.update_table)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.core.responses import ActionResult
    from moto.dynamodb.models.table import Table

    from pipeline.json_types import JsonObject


def apply() -> None:
    """Update tables as AWS does."""
    replace(DynamoHandler, "update_table", _completing)
    replace(DynamoDBBackend, "update_table_streams", _one_at_a_time)


def _completing(original: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], ActionResult]:
    def update_table(handler: DynamoHandler) -> ActionResult:
        original(handler)
        table = handler.dynamodb_backend.get_table(handler.body["TableName"])
        _forget_unused_attributes(table)
        if table.billing_mode == "PAY_PER_REQUEST":
            _clear_capacity(table)
        if "SSESpecification" in handler.body:
            _encrypt(table, handler.body["SSESpecification"])
        return DynamoResult(table.describe())

    return update_table


def _one_at_a_time(original: Callable[..., None]) -> Callable[..., None]:
    def update_table_streams(backend: DynamoDBBackend, table: Table, stream_specification: JsonObject) -> None:
        if (table.stream_specification or {}).get("StreamEnabled"):
            original(backend, table, stream_specification)
        else:
            table.set_stream_specification(stream_specification)

    return update_table_streams


def _forget_unused_attributes(table: Table) -> None:
    table.attr = [definition for definition in table.attr if definition["AttributeName"] in table.attribute_keys]


def _clear_capacity(table: Table) -> None:
    all_billed: list[Any] = [table, *table.global_indexes]
    for billed in all_billed:
        billed.throughput = {**billed.throughput, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


def _encrypt(table: Table, wanted: JsonObject) -> None:
    default: Callable[[str, str], str] = table._get_default_encryption_key  # noqa: SLF001
    if wanted.get("Enabled") and "KMSMasterKeyId" not in wanted:
        wanted = {**wanted, "KMSMasterKeyId": default(table.account_id, table.region_name)}
    table.sse_specification = wanted
