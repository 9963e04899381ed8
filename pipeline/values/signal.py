"""What is told of operations outside of their own output: numbers for CloudWatch, words for people."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from pipeline.values import outcome as outcomes
from pipeline.values.rollout import Result, TenantResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_TENANTS_TOLD: Final = 50
UNKNOWN_TENANT: Final = "unknown"


class Verdict(StrEnum):
    """How an operation on a tenant ended, as far as a number can say it."""

    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    HELD = "Held"
    STUCK = "Stuck"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One operation on one tenant, as it is told."""

    tenant: str
    verdict: Verdict
    seconds: float | None = None
    reason: str = ""


def of_outcome(outcome: outcomes.Outcome) -> Told | None:
    """Tell an operation's outcome; None where there is nothing to tell."""
    match outcome:
        case outcomes.Changed():
            return Told(tenant=outcome.tenant, verdict=Verdict.SUCCEEDED, seconds=outcome.seconds)
        case outcomes.Destroyed() | outcomes.Unchanged():
            return Told(tenant=outcome.tenant, verdict=Verdict.SUCCEEDED)
        case outcomes.Held():
            return Told(tenant=outcome.tenant, verdict=Verdict.HELD, reason="; ".join(outcome.reasons))
        case outcomes.Failed() | outcomes.RolledBack():
            return Told(tenant=outcome.tenant, verdict=Verdict.FAILED, reason=outcome.reason)
        case outcomes.Planned() | outcomes.Interrupted():
            return None


def of_result(result: TenantResult) -> Told | None:
    """Tell a tenant's result in a rollout; None where there is nothing to tell."""
    verdict = {
        Result.CHANGED: Verdict.SUCCEEDED,
        Result.UNCHANGED: Verdict.SUCCEEDED,
        Result.FAILED: Verdict.FAILED,
        Result.ROLLED_BACK: Verdict.FAILED,
        Result.HELD: Verdict.HELD,
    }.get(result.result)
    if verdict is None:
        return None
    return Told(tenant=result.tenant_id, verdict=verdict, seconds=result.seconds, reason=result.summary)


def metric_data(operation: str, told: Iterable[Told]) -> list[dict[str, Any]]:
    """Give the numbers of an operation in CloudWatch's form: a handful, however many tenants there were.

    Each count is there with the operation as its dimension, and without any for the alarms.
    """
    counts: dict[Verdict, int] = defaultdict(int)
    seconds: list[float] = []
    for one in told:
        counts[one.verdict] += 1
        seconds += [] if one.seconds is None else [one.seconds]
    dimensions = [{"Name": "Operation", "Value": operation}]
    data: list[dict[str, Any]] = []
    for verdict, count in sorted(counts.items()):
        number = {"MetricName": str(verdict), "Value": float(count), "Unit": "Count"}
        data += [number, {**number, "Dimensions": dimensions}]
    if seconds:
        statistics = {
            "SampleCount": float(len(seconds)),
            "Sum": sum(seconds),
            "Minimum": min(seconds),
            "Maximum": max(seconds),
        }
        data.append(
            {"MetricName": "Duration", "StatisticValues": statistics, "Unit": "Seconds", "Dimensions": dimensions}
        )
    return data


def failure_message(operation: str, told: Sequence[Told], run_url: str | None) -> str | None:
    """Say in words which tenants did not make it, why, and where to look; None where all did."""
    bad = [one for one in told if one.verdict is not Verdict.SUCCEEDED]
    if not bad:
        return None
    tenants = "1 tenant" if len(bad) == 1 else f"{len(bad)} tenants"
    lines = [f"{operation}: {tenants} did not make it"]
    lines += [f"{one.tenant}: {one.verdict.lower()}: {one.reason}" for one in bad[:MOST_TENANTS_TOLD]]
    if len(bad) > MOST_TENANTS_TOLD:
        lines.append(f"and {len(bad) - MOST_TENANTS_TOLD} more")
    if run_url:
        lines.append(run_url)
    return "\n".join(lines)
