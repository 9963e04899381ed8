"""Reads many items of a table by their keys, consistently, in as few calls as DynamoDB allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipeline.adapters.aws import translated
from pipeline.adapters.dynamodb_items import to_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_dynamodb.client import DynamoDBClient

    from pipeline.json_types import JsonObject

BATCH: Final = 100  # keys that one BatchGetItem takes


def read_items(client: DynamoDBClient, table: str, keys: Sequence[Any]) -> Iterator[JsonObject]:
    """Read the items of these keys, in any order; keys without an item give none."""
    for start in range(0, len(keys), BATCH):
        wanted: Any = {table: {"Keys": keys[start : start + BATCH], "ConsistentRead": True}}
        while wanted:
            with translated(f"table {table}"):
                answer = client.batch_get_item(RequestItems=wanted)
            yield from map(to_plain, answer["Responses"].get(table, []))
            wanted = answer.get("UnprocessedKeys")
