"""Transactions of DynamoDB: several conditional writes, all or none."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from pipeline.adapters.aws import error_code, translated
from pipeline.errors import AwsError, ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb.client import DynamoDBClient

CANCELLED: Final = "TransactionCanceledException"
REFUSED: Final = "ConditionalCheckFailed"
# Another transaction works on the same item at this moment, or the table is asked too much: neither refuses anything.
PASSING: Final = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "TransactionInProgressException"}
)
TRIES: Final = 12
FIRST_PAUSE_SECONDS: Final = 0.02
LONGEST_PAUSE_SECONDS: Final = 2.0


class TransactionRefusedError(ConflictError):
    """A condition of a transaction did not hold, and nothing was written; `part` is the position of the first."""

    def __init__(self, part: int) -> None:
        super().__init__("what was to be written was changed by somebody else in the meantime", advice="try again")
        self.part = part


class Transactions:
    """Writes transactions, and tries again where another one was at the same item."""

    def __init__(self, client: DynamoDBClient, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def attempt(self, *parts: Any) -> bool:
        """Write all parts or none; tells False where a condition did not hold."""
        try:
            self.write(*parts)
        except TransactionRefusedError:
            return False
        return True

    def write(self, *parts: Any) -> None:
        """Write all parts or none; raises TransactionRefusedError where a condition did not hold."""
        pause = FIRST_PAUSE_SECONDS
        for _ in range(TRIES):
            reasons = self._reasons(parts)
            if REFUSED in reasons:
                raise TransactionRefusedError(reasons.index(REFUSED))
            if not reasons:
                return
            self._sleep(random.uniform(pause / 2, pause))  # noqa: S311 - spreads runners apart, hides nothing
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        raise AwsError("DynamoDB: too many runners write the same item at the same time", advice="try again")

    def _reasons(self, parts: tuple[Any, ...]) -> list[str]:
        """Try once; gives why it did not succeed, part by part, and nothing where it did."""
        with translated("DynamoDB"):
            try:
                self._client.transact_write_items(TransactItems=list(parts))
            except ClientError as error:
                if error_code(error) in PASSING:
                    return [error_code(error)]
                if error_code(error) != CANCELLED:
                    raise
                answer: Any = error.response
                reasons = [str(reason.get("Code")) for reason in answer.get("CancellationReasons", [])]
                if not {REFUSED, *PASSING} & set(reasons):
                    raise  # a fault of ours, such as an item that is too large
                return reasons
        return []
