"""Tells CloudWatch, an SNS topic and a chat what came of operations.

A signal that cannot be sent is said on standard error and stops nothing: the operation itself has its own record.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pipeline.adapters.aws import translated
from pipeline.errors import PipelineError
from pipeline.values.signal import Told, failure_message, metric_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.adapters.aws import Aws

T = TypeVar("T")

METRICS_BATCH: Final = 1_000  # metrics that one PutMetricData takes
LONGEST_SUBJECT: Final = 100  # characters that SNS takes
LONGEST_MESSAGE: Final = 100_000
SECONDS: Final = 10


class Signals:
    """Where operations are told to; what is not set is not told."""

    def __init__(
        self,
        aws: Aws,
        *,
        namespace: str,
        topic: str,
        webhook: str,
        run_url: str | None,
        warn: Callable[[str], None],
    ) -> None:
        self._aws = aws
        self._namespace = namespace
        self._topic = topic
        self._webhook = webhook
        self._run_url = run_url
        self._warn = warn

    def watch(self, operation: str, items: Iterable[T], describe: Callable[[T], Told | None]) -> Iterator[T]:
        """Hand on what comes, and tell of it when nothing more comes."""
        told: list[Told] = []
        try:
            for item in items:
                if (one := describe(item)) is not None:
                    told.append(one)
                yield item
        finally:
            self.tell(operation, told)

    def tell(self, operation: str, told: list[Told]) -> None:
        """Send what there is to say of some tenants."""
        data = metric_data(operation, told)
        message = failure_message(operation, told, self._run_url)
        if self._namespace and data:
            self._try("metrics", lambda: self._metrics(data))
        if self._topic and message:
            self._try("SNS", lambda: self._publish(message))
        if self._webhook and message:
            self._try("the webhook", lambda: self._post(message))

    def _try(self, what: str, send: Callable[[], None]) -> None:
        try:
            send()
        except (PipelineError, OSError) as error:  # urllib's errors are OSErrors
            self._warn(f"{what} could not be told: {error}")

    def _metrics(self, data: list[Any]) -> None:
        with translated("CloudWatch"):
            for start in range(0, len(data), METRICS_BATCH):
                self._aws.cloudwatch.put_metric_data(
                    Namespace=self._namespace, MetricData=data[start : start + METRICS_BATCH]
                )

    def _publish(self, message: str) -> None:
        with translated(f"topic {self._topic}"):
            self._aws.sns.publish(
                TopicArn=self._topic,
                Subject=message.splitlines()[0][:LONGEST_SUBJECT],
                Message=message[:LONGEST_MESSAGE],
            )

    def _post(self, message: str) -> None:
        request = urllib.request.Request(  # noqa: S310 - the settings take web addresses only
            self._webhook,
            data=json.dumps({"text": message[:LONGEST_MESSAGE]}).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "tenant-pipeline"},
        )
        try:
            urllib.request.urlopen(request, timeout=SECONDS).close()  # noqa: S310
        except urllib.error.HTTPError as error:
            with error:  # its own text would have the address in it
                raise PipelineError(f"it answers {error.code}") from None
