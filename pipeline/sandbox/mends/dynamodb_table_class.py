"""Gap: moto does not know the class of a DynamoDB table.

https://github.com/getmoto/moto/blob/5.2.5/moto/dynamodb/responses.py (DynamoHandler.create_table)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.core.responses import ActionResult

CLASS = "table_class"


def apply() -> None:
    """Remember the class of a table, and show it."""
    replace(DynamoHandler, "create_table", _remembering)
    replace(DynamoHandler, "update_table", _remembering)
    replace(Table, "describe", _showing)


def _remembering(original: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], ActionResult]:
    def write_table(handler: DynamoHandler) -> ActionResult:
        original(handler)
        table = handler.dynamodb_backend.get_table(handler.body["TableName"])
        if "TableClass" in handler.body:
            table.__dict__[CLASS] = handler.body["TableClass"]
        return DynamoResult(table.describe())

    return write_table


def _showing(original: Callable[[Table, str], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def describe(table: Table, base_key: str = "TableDescription") -> dict[str, Any]:
        description = original(table, base_key)
        if CLASS in table.__dict__:
            description[base_key]["TableClassSummary"] = {"TableClass": table.__dict__[CLASS]}
        return description

    return describe
