"""Telling faults of AWS that pass by themselves from those that stay."""

from __future__ import annotations

import re
from typing import Final

# Codes as the SDKs list them (botocore's _retry.json, the AWS SDK for Go's retry package): the engine prints them.
THROTTLING: Final = re.compile(
    r"Throttl(ing|ed)|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded|LimitExceededException: Rate"
    r"|Rate exceeded|SlowDown|BandwidthLimitExceeded|RequestThrottled|PriorRequestNotComplete|StatusCode: 429"
)
PASSING: Final = re.compile(
    r"RequestTimeout|ServiceUnavailable|InternalError|InternalServerError|InternalFailure|StatusCode: 50[0234]"
    r"|connection reset|connection refused|i/o timeout|TLS handshake timeout|unexpected EOF|no such host"
    r"|ConcurrentModification|OperationAborted|TransactionConflict"
    r"|Saved plan is stale"  # the engine's word for a state that somebody else changed after the plan
)


def is_throttling(text: str) -> bool:
    """Tell whether an engine's errors say that AWS throttles."""
    return THROTTLING.search(text) is not None


def is_passing(text: str) -> bool:
    """Tell whether an engine's errors say something that another try may not meet."""
    return is_throttling(text) or PASSING.search(text) is not None
