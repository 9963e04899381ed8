"""What became of each event, in the rollouts table: under its tenant, and under `events#open` until it has an end."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pipeline.adapters.aws import translated
from pipeline.adapters.dynamodb_items import to_attributes, to_plain
from pipeline.adapters.transactions import TransactionRefusedError, Transactions
from pipeline.errors import NotFoundError
from pipeline.values.event import Settlement, parse_event, to_payload

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb.client import DynamoDBClient

    from pipeline.json_types import JsonObject
    from pipeline.values.event import Event

OPEN: Final = "events#open"
IS_NEW: Final = "attribute_not_exists(rollout_id)"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What is known of an event."""

    event: Event
    settlement: Settlement
    received_at: str
    detail: str = ""


class EventJournal:
    """The events that were received."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._transactions = Transactions(client)

    def receive(self, event: Event, at: datetime) -> Recorded:
        """Write down that an event came in; gives what is known of it where it came before."""
        item = {
            "event": json.dumps(to_payload(event)),
            "settlement": str(Settlement.OPEN),
            "received_at": at.isoformat(),
        }
        try:
            self._transactions.write(
                self._put(_key(event), item, condition=IS_NEW), self._put(_open_key(event), item, condition=IS_NEW)
            )
        except TransactionRefusedError:
            return self._read(event)
        return _recorded(item)

    def knows(self, event: Event) -> bool:
        """Tell whether an event came in before."""
        return self._find(event) is not None

    def end(self, event: Event, settlement: Settlement, detail: str, at: datetime) -> None:
        """Write down what became of an event; it is open no more, and its inputs, which can be secret, are not kept."""
        item = {
            "event": json.dumps(to_payload(replace(event, inputs={}))),
            "settlement": str(settlement),
            "received_at": self._read(event).received_at,
            "ended_at": at.isoformat(),
            "detail": detail,
        }
        self._transactions.write(
            self._put(_key(event), item), {"Delete": {"TableName": self._table, "Key": to_attributes(_open_key(event))}}
        )

    def open(self) -> list[Recorded]:
        """List the events that have no end, the oldest first."""
        with translated(f"table {self._table}"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="rollout_id = :open",
                ExpressionAttributeValues={":open": {"S": OPEN}},
                ConsistentRead=True,
            )
            found = [_recorded(to_plain(item)) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda recorded: recorded.received_at)

    def _read(self, event: Event) -> Recorded:
        found = self._find(event)
        if found is None:
            raise NotFoundError(f"event {event.id} of {event.tenant} is not in the journal")
        return found

    def _find(self, event: Event) -> Recorded | None:
        with translated(f"table {self._table}"):
            answer = self._client.get_item(TableName=self._table, Key=to_attributes(_key(event)), ConsistentRead=True)
        return _recorded(to_plain(answer["Item"])) if "Item" in answer else None

    def _put(self, key: JsonObject, item: JsonObject, *, condition: str | None = None) -> Any:
        put: dict[str, Any] = {"TableName": self._table, "Item": to_attributes({**key, **item})}
        return {"Put": put | ({"ConditionExpression": condition} if condition else {})}


def _key(event: Event) -> JsonObject:
    return {"rollout_id": f"events#{event.tenant}", "item": event.id}


def _open_key(event: Event) -> JsonObject:
    return {"rollout_id": OPEN, "item": f"{event.tenant}#{event.id}"}


def _recorded(item: JsonObject) -> Recorded:
    return Recorded(
        event=parse_event(json.loads(item["event"])),
        settlement=Settlement(item["settlement"]),
        received_at=item["received_at"],
        detail=item.get("detail", ""),
    )
