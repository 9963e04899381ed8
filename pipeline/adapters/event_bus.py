"""The bus that the application puts its events on, and the queues beside the way to GitHub."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pipeline.adapters.aws import translated
from pipeline.errors import AwsError
from pipeline.values.event import SOURCE, EventId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_sqs.client import SQSClient

    from pipeline.json_types import Json, JsonObject

CONNECTION: Final = "tenant-pipeline-github"
BATCH: Final = 10  # messages that SQS gives at once
MOST_MESSAGES: Final = 1_000  # one run's share: what comes in meanwhile is the next one's


class EventBus:
    """The event bus of the application."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client = client
        self._name = name

    def send(self, type_: str, detail: JsonObject) -> EventId:
        """Put an event on the bus; gives the id that the bus gave it."""
        entry: Any = {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": type_,
            "Detail": json.dumps(detail),
        }
        with translated(f"event bus {self._name}"):
            answer = self._client.put_events(Entries=[entry])
        (taken,) = answer["Entries"]
        if "EventId" not in taken:
            raise AwsError(f"event bus {self._name}: {taken.get('ErrorCode')} {taken.get('ErrorMessage')}")
        return EventId(taken["EventId"])

    def connect(self, token: str) -> None:
        """Give the connection to GitHub its token."""
        with translated(f"connection {CONNECTION}"):
            self._client.update_connection(
                Name=CONNECTION,
                AuthorizationType="API_KEY",
                AuthParameters={
                    "ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": f"Bearer {token}"}
                },
            )


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message of a queue."""

    handle: str
    content: Json
    """What it holds, as JSON; the bare text where it is none."""


class EventQueue:
    """A queue of events: of those that GitHub did not take, or of all, as copies."""

    def __init__(self, client: SQSClient, name: str) -> None:
        self._client = client
        self._name = name

    def __iter__(self) -> Iterator[Letter]:
        """Take messages out until there are none; each comes back by itself unless it is deleted."""
        seen = 0
        while seen < MOST_MESSAGES:
            with translated(f"queue {self._name}"):
                # Without waiting, SQS asks some of its servers only, and a queue can look empty that is not.
                answer = self._client.receive_message(QueueUrl=self._url, MaxNumberOfMessages=BATCH, WaitTimeSeconds=1)
            messages = answer.get("Messages", [])
            if not messages:
                return
            seen += len(messages)
            for message in messages:
                yield Letter(handle=message["ReceiptHandle"], content=_json(message["Body"]))

    def delete(self, letter: Letter) -> None:
        """Take a message away for good."""
        with translated(f"queue {self._name}"):
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=letter.handle)

    @cached_property
    def _url(self) -> str:
        with translated(f"queue {self._name}"):
            return self._client.get_queue_url(QueueName=self._name)["QueueUrl"]


def _json(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return text
