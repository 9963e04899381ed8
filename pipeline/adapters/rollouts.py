"""The rollouts table: the rollout, its waves, its shards, one result per tenant.

Runners share nothing but this table. What must hold among them is a condition of a write: no tenant starts once a
wave's budget is spent, and no two runners work on one tenant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from pipeline.adapters.aws import error_code, translated
from pipeline.adapters.dynamodb_items import to_attributes, to_plain
from pipeline.errors import ConflictError, NotFoundError
from pipeline.values.identifiers import Ring, TemplateVersion, TenantId
from pipeline.values.rollout import (
    COUNTED,
    Budget,
    OnFailure,
    Result,
    Rollout,
    RolloutId,
    RolloutStatus,
    Wave,
    WaveProgress,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from pipeline.json_types import JsonObject

ROLLOUT: Final = "rollout"
CATALOGUE: Final = "_rollouts"  # the partition that lists all rollouts
ACTIVE: Final = "_active"  # the one that marks which rollout is running
BATCH: Final = 25  # items that one BatchWriteItem takes
REFUSED: Final = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})


@dataclass(frozen=True, kw_only=True)
class TenantResult:
    """What a rollout has recorded of one tenant."""

    tenant_id: TenantId
    wave: int
    result: Result
    attempts: int
    runner: str
    started_at: datetime
    ended_at: datetime | None = None
    seconds: float = 0.0
    summary: str = ""


class RolloutStore:
    """The rollouts, by their id."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def create(self, rollout: Rollout, waves: Sequence[Wave]) -> None:
        """Record a rollout with its waves and shards; raises ConflictError where another one is running."""
        self._activate(rollout.rollout_id)
        items = [_rollout_item(rollout), {"rollout_id": CATALOGUE, "item": rollout.rollout_id}]
        for wave in waves:
            items.append(_wave_item(rollout.rollout_id, wave))
            items += [
                {"rollout_id": rollout.rollout_id, "item": _shard_key(wave.number, number), "tenants": list(shard)}
                for number, shard in enumerate(wave.shards, 1)
            ]
        self._write(items)

    def get(self, rollout_id: RolloutId) -> Rollout:
        """Read a rollout."""
        item = self._read(rollout_id, ROLLOUT)
        if item is None:
            raise NotFoundError(f"there is no rollout {rollout_id}", advice="pipeline rollout list")
        return _rollout(item)

    def active(self) -> RolloutId | None:
        """Give the rollout that is running, if one is."""
        item = self._read(ACTIVE, ACTIVE)
        return None if item is None else RolloutId(item["active"])

    def all(self) -> list[Rollout]:
        """List all rollouts, newest first."""
        names = [item["item"] for item in self._query(CATALOGUE, "")]
        return [self.get(RolloutId(name)) for name in sorted(names, reverse=True)]

    def waves(self, rollout_id: RolloutId) -> list[WaveProgress]:
        """Read how far each wave is."""
        return [_progress(item) for item in self._query(rollout_id, "wave#")]

    def shard(self, rollout_id: RolloutId, wave: int, shard: int) -> tuple[TenantId, ...]:
        """Read the tenants of one shard."""
        item = self._read(rollout_id, _shard_key(wave, shard))
        if item is None:
            raise NotFoundError(f"rollout {rollout_id} has no shard {shard} in wave {wave}")
        return tuple(TenantId(name) for name in item["tenants"])

    def results(self, rollout_id: RolloutId) -> Iterator[TenantResult]:
        """Read what is recorded of each tenant."""
        return (_result(item) for item in self._query(rollout_id, "tenant#"))

    def result(self, rollout_id: RolloutId, tenant: TenantId) -> TenantResult | None:
        """Read what is recorded of one tenant, if anything is."""
        item = self._read(rollout_id, f"tenant#{tenant}")
        return None if item is None else _result(item)

    def claim(self, rollout_id: RolloutId, claim: TenantResult, former: TenantResult | None) -> bool:
        """Take a tenant for a runner; tells False where the budget is spent, the rollout stopped or somebody was faster.

        `former` is the result that the claim replaces. One transaction: the rollout runs, the wave has budget left, the
        tenant is as it was read.
        """
        counted_before = former is not None and former.result is Result.RUNNING
        return self._transact(
            [
                self._check_running(rollout_id),
                self._count(
                    rollout_id,
                    claim.wave,
                    {"running": 0 if counted_before else 1, **_withdrawn(former)},
                    condition="failed <= failures_allowed",
                ),
                self._put_result(rollout_id, claim, former),
            ]
        )

    def finish(self, rollout_id: RolloutId, result: TenantResult, claim: TenantResult) -> bool:
        """Record what came of a claimed tenant; tells False where the claim was taken over in the meantime."""
        counts = {"running": -1, str(result.result): 1, "failed": int(result.result in COUNTED)}
        return self._transact(
            [self._count(rollout_id, result.wave, counts), self._put_result(rollout_id, result, claim)]
        )

    def renew_budget(self, rollout_id: RolloutId, wave: int) -> None:
        """Let a wave's failures up to now no longer count against its budget: for a resume."""
        with translated(f"table {self._table}"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(rollout_id, _wave_key(wave)),
                UpdateExpression="SET failed = :none",
                ExpressionAttributeValues={":none": {"N": "0"}},
            )

    def set_status(
        self, rollout: Rollout, status: RolloutStatus, *, reason: str = "", at: datetime | None = None
    ) -> bool:
        """Move a rollout on from the status that was read; tells False where somebody else did before."""
        if status is RolloutStatus.RUNNING:
            self._activate(rollout.rollout_id)
        moved = self._transact(
            [
                {
                    "Update": {
                        "TableName": self._table,
                        "Key": _key(rollout.rollout_id, ROLLOUT),
                        "UpdateExpression": "SET #status = :status, reason = :reason, ended_at = :at",
                        "ConditionExpression": "#status = :former",
                        "ExpressionAttributeNames": {"#status": "status"},
                        "ExpressionAttributeValues": {
                            ":status": {"S": status},
                            ":former": {"S": rollout.status},
                            ":reason": {"S": reason},
                            ":at": {"S": at.isoformat()} if at else {"NULL": True},
                        },
                    }
                }
            ]
        )
        if moved and status is not RolloutStatus.RUNNING:
            self._deactivate(rollout.rollout_id)
        return moved

    def _activate(self, rollout_id: RolloutId) -> None:
        with translated(f"table {self._table}"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=to_attributes({"rollout_id": ACTIVE, "item": ACTIVE, "active": rollout_id}),
                    ConditionExpression="attribute_not_exists(rollout_id) OR active = :me",
                    ExpressionAttributeValues={":me": {"S": rollout_id}},
                )
            except ClientError as error:
                if error_code(error) not in REFUSED:
                    raise
                raise ConflictError(
                    f"rollout {self.active()} is running; two never work at the same time",
                    advice="wait for it, or: pipeline rollout cancel",
                ) from error

    def _deactivate(self, rollout_id: RolloutId) -> None:
        with translated(f"table {self._table}"):
            try:
                self._client.delete_item(
                    TableName=self._table,
                    Key=_key(ACTIVE, ACTIVE),
                    ConditionExpression="active = :me",
                    ExpressionAttributeValues={":me": {"S": rollout_id}},
                )
            except ClientError as error:
                if error_code(error) not in REFUSED:
                    raise

    def _check_running(self, rollout_id: RolloutId) -> Any:
        return {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": _key(rollout_id, ROLLOUT),
                "ConditionExpression": "#status = :running",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": {":running": {"S": RolloutStatus.RUNNING}},
            }
        }

    def _count(self, rollout_id: RolloutId, wave: int, counts: dict[str, int], condition: str | None = None) -> Any:
        changed = {name: number for name, number in counts.items() if number}
        names = {f"#c{i}": name for i, name in enumerate(changed)}
        values = {f":c{i}": {"N": str(number)} for i, number in enumerate(changed.values())}
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": _key(rollout_id, _wave_key(wave)),
            "UpdateExpression": "ADD " + ", ".join(f"#c{i} :c{i}" for i in range(len(changed)))
            if changed
            else "SET t=:t",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
        if not changed:
            update |= {
                "UpdateExpression": "SET touched = :touched",
                "ExpressionAttributeValues": {":touched": {"N": "1"}},
            }
            del update["ExpressionAttributeNames"]
        if condition:
            update["ConditionExpression"] = condition
        return {"Update": update}

    def _put_result(self, rollout_id: RolloutId, result: TenantResult, former: TenantResult | None) -> Any:
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": to_attributes(_result_item(rollout_id, result)),
            "ConditionExpression": "attribute_not_exists(rollout_id)",
        }
        if former is not None:
            put["ConditionExpression"] = "#result = :result AND started_at = :started_at"
            put["ExpressionAttributeNames"] = {"#result": "result"}
            put["ExpressionAttributeValues"] = {
                ":result": {"S": former.result},
                ":started_at": {"S": former.started_at.isoformat()},
            }
        return {"Put": put}

    def _transact(self, writes: Any) -> bool:
        with translated(f"table {self._table}"):
            try:
                self._client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                if error_code(error) not in REFUSED:
                    raise
                if "TransactionConflict" in str(error.response.get("CancellationReasons", error)):
                    return self._transact(writes)  # two runners at the same item; nobody was refused
                return False
            return True

    def _read(self, rollout_id: str, item: str) -> JsonObject | None:
        with translated(f"table {self._table}"):
            answer = self._client.get_item(TableName=self._table, Key=_key(rollout_id, item), ConsistentRead=True)
        return to_plain(answer["Item"]) if "Item" in answer else None

    def _query(self, rollout_id: str, prefix: str) -> Iterator[JsonObject]:
        condition = "rollout_id = :id AND begins_with(#item, :prefix)" if prefix else "rollout_id = :id"
        request: dict[str, Any] = {"ExpressionAttributeNames": {"#item": "item"}} if prefix else {}
        values = {":id": {"S": rollout_id}} | ({":prefix": {"S": prefix}} if prefix else {})
        with translated(f"table {self._table}"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                **request,
            )
            for page in pages:
                yield from (to_plain(item) for item in page["Items"])

    def _write(self, items: list[JsonObject]) -> None:
        for start in range(0, len(items), BATCH):
            requests: Any = [{"PutRequest": {"Item": to_attributes(item)}} for item in items[start : start + BATCH]]
            with translated(f"table {self._table}"):
                while requests:
                    answer = self._client.batch_write_item(RequestItems={self._table: requests})
                    requests = answer.get("UnprocessedItems", {}).get(self._table, [])


def _key(rollout_id: str, item: str) -> Any:
    return {"rollout_id": {"S": rollout_id}, "item": {"S": item}}


def _wave_key(wave: int) -> str:
    return f"wave#{wave:03}"


def _shard_key(wave: int, shard: int) -> str:
    return f"shard#{wave:03}#{shard:03}"


def _withdrawn(former: TenantResult | None) -> dict[str, int]:
    """A tenant that is tried again no longer counts as what it was."""
    return {} if former is None or former.result is Result.RUNNING else {str(former.result): -1}


def _rollout_item(rollout: Rollout) -> JsonObject:
    plain = asdict(rollout) | {"budget": str(rollout.budget), "item": ROLLOUT, "allowed": list(rollout.allowed)}
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in plain.items()}


def _rollout(item: JsonObject) -> Rollout:
    from pipeline.values.rollout import parse_budget

    cap = item.get("deletions_allowed")
    return Rollout(
        rollout_id=RolloutId(item["rollout_id"]),
        version=TemplateVersion(item["version"]),
        status=RolloutStatus(item["status"]),
        budget=parse_budget(item["budget"]),
        on_failure=OnFailure(item["on_failure"]),
        allowed=tuple(item.get("allowed", ())),
        deletions_allowed=None if cap is None else int(cap),
        reviewed=item.get("reviewed", False),
        owner=item["owner"],
        run_url=item.get("run_url"),
        started_at=datetime.fromisoformat(item["started_at"]),
        ended_at=datetime.fromisoformat(item["ended_at"]) if item.get("ended_at") else None,
        waves=int(item["waves"]),
        tenants=int(item["tenants"]),
        reason=item.get("reason") or "",
    )


def _wave_item(rollout_id: RolloutId, wave: Wave) -> JsonObject:
    return {
        "rollout_id": rollout_id,
        "item": _wave_key(wave.number),
        "number": wave.number,
        "ring": wave.ring,
        "tenants": wave.tenants,
        "shards": len(wave.shards),
        "failures_allowed": wave.failures_allowed,
        "running": 0,
        "failed": 0,
    }


def _progress(item: JsonObject) -> WaveProgress:
    return WaveProgress(
        number=int(item["number"]),
        ring=Ring(item["ring"]),
        tenants=int(item["tenants"]),
        shards=int(item["shards"]),
        failures_allowed=int(item["failures_allowed"]),
        running=int(item["running"]),
        failed=int(item["failed"]),
        results={result: int(item[result]) for result in Result if result in item and result is not Result.RUNNING},
    )


def _result_item(rollout_id: RolloutId, result: TenantResult) -> JsonObject:
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(result).items()}
    return {"rollout_id": rollout_id, "item": f"tenant#{result.tenant_id}", **plain}


def _result(item: JsonObject) -> TenantResult:
    return TenantResult(
        tenant_id=TenantId(item["tenant_id"]),
        wave=int(item["wave"]),
        result=Result(item["result"]),
        attempts=int(item["attempts"]),
        runner=item["runner"],
        started_at=datetime.fromisoformat(item["started_at"]),
        ended_at=datetime.fromisoformat(item["ended_at"]) if item.get("ended_at") else None,
        seconds=float(item.get("seconds", 0)),
        summary=item.get("summary", ""),
    )
