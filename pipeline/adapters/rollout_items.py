"""Items of the rollouts table as values, and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pipeline.values.identifiers import Ring, TemplateVersion, TenantId
from pipeline.values.rollout import (
    OnFailure,
    Result,
    Rollout,
    RolloutId,
    RolloutStatus,
    TenantResult,
    WaveProgress,
    parse_budget,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.json_types import Json, JsonObject
    from pipeline.values.rollout import Wave

ROLLOUT: Final = "rollout"


def key(rollout_id: str, item: str) -> Any:
    """Give the key of an item."""
    return {"rollout_id": {"S": rollout_id}, "item": {"S": item}}


def wave_key(wave: int) -> str:
    """Name a wave so that names sort."""
    return f"wave#{wave:03}"


def shard_key(wave: int, shard: int) -> str:
    """Name a shard so that names sort."""
    return f"shard#{wave:03}#{shard:03}"


def tenant_key(tenant: TenantId) -> str:
    """Name a tenant's result."""
    return f"tenant#{tenant}"


def rollout_item(rollout: Rollout) -> JsonObject:
    """Write a rollout as a plain item."""
    return {**_plain(asdict(rollout)), "item": ROLLOUT, "budget": str(rollout.budget), "allowed": list(rollout.allowed)}


def rollout(item: JsonObject) -> Rollout:
    """Read a rollout from a plain item."""
    cap = item.get("deletions_allowed")
    return Rollout(
        rollout_id=RolloutId(item["rollout_id"]),
        version=TemplateVersion(item["version"]),
        status=RolloutStatus(item["status"]),
        budget=parse_budget(item["budget"]),
        on_failure=OnFailure(item["on_failure"]),
        tier=item.get("tier"),
        ring=Ring(item["ring"]) if "ring" in item else None,
        allowed=tuple(item.get("allowed", ())),
        deletions_allowed=None if cap is None else int(cap),
        reviewed=item.get("reviewed", False),
        owner=item["owner"],
        run_url=item.get("run_url"),
        started_at=datetime.fromisoformat(item["started_at"]),
        ended_at=_time(item, "ended_at"),
        waves=int(item["waves"]),
        tenants=int(item["tenants"]),
        attempt=int(item["attempt"]),
        round=int(item["round"]),
        reason=item.get("reason", ""),
    )


def wave_item(rollout_id: RolloutId, wave: Wave) -> JsonObject:
    """Write a wave as a plain item."""
    return {
        "rollout_id": rollout_id,
        "item": wave_key(wave.number),
        "number": wave.number,
        "ring": wave.ring,
        "tenants": wave.tenants,
        "shards": len(wave.shards),
        "shards_done": 0,
        "failures_allowed": wave.failures_allowed,
        "failed": 0,
    }


def wave_progress(item: JsonObject) -> WaveProgress:
    """Read how far a wave is from a plain item."""
    numbers = ("number", "tenants", "shards", "shards_done", "failures_allowed", "failed")
    return WaveProgress(
        ring=Ring(item["ring"]), is_closed=item.get("closed", False), **{name: int(item[name]) for name in numbers}
    )


def shard_items(rollout_id: RolloutId, wave: Wave) -> list[JsonObject]:
    """Write the shards of a wave as plain items."""
    return [
        {"rollout_id": rollout_id, "item": shard_key(wave.number, number), "tenants": list(shard)}
        for number, shard in enumerate(wave.shards, 1)
    ]


def wave_of_shard(item: JsonObject) -> int:
    """Tell which wave a shard's item belongs to."""
    return int(item["item"].split("#")[1])


def result_item(rollout_id: RolloutId, result: TenantResult) -> JsonObject:
    """Write what came of a tenant as a plain item."""
    return {**_plain(asdict(result)), "rollout_id": rollout_id, "item": tenant_key(result.tenant_id)}


def result(item: JsonObject) -> TenantResult:
    """Read what came of a tenant from a plain item."""
    return TenantResult(
        tenant_id=TenantId(item["tenant_id"]),
        wave=int(item["wave"]),
        result=Result(item["result"]),
        attempts=int(item["attempts"]),
        runner=item["runner"],
        started_at=datetime.fromisoformat(item["started_at"]),
        ended_at=_time(item, "ended_at"),
        seconds=float(item.get("seconds", 0)),
        former=TemplateVersion(item["former"]) if "former" in item else None,
        summary=item.get("summary", ""),
        failed_in=int(item["failed_in"]),
    )


def _plain(values: Mapping[str, Json]) -> JsonObject:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _time(item: JsonObject, name: str) -> datetime | None:
    return datetime.fromisoformat(item[name]) if item.get(name) else None
