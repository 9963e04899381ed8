"""The rollouts table: what was started, its shards, and what came of each tenant.

Items of a rollout, under its id: `rollout`, `wave#001`, `shard#001#002`, `tenant#acme`. Under `catalogue` stands the
name of each, and under `active` the one that is running: two rollouts never interleave.

A tenant is claimed and finished by transactions that write its row in the registry and its result here together. A
claim checks the wave in the same moment, so that the failure budget is exact with any number of runners: nobody can
start a tenant once the failure that spends the budget is counted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pipeline.adapters import rollout_items as items
from pipeline.adapters.aws import translated
from pipeline.adapters.batch_reads import read_items
from pipeline.adapters.dynamodb_items import to_attributes, to_plain
from pipeline.adapters.transactions import Transactions
from pipeline.errors import ConflictError, NotFoundError
from pipeline.values.identifiers import TenantId
from pipeline.values.rollout import COUNTED, Result, Rollout, RolloutId, RolloutStatus, Wave

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.client import DynamoDBClient

    from pipeline.adapters.registry import Registry
    from pipeline.json_types import JsonObject
    from pipeline.values.rollout import TenantResult, WaveProgress
    from pipeline.values.tenant import Tenant

BATCH: Final = 25  # items that one BatchWriteItem takes
CATALOGUE: Final = "catalogue"
ACTIVE: Final = "active"

WAVE_IS_OPEN: Final = "attribute_not_exists(closed) AND failed <= failures_allowed"
# Nobody brought it to the version, and nobody tried while this run was at work: one try for each run.
IS_OPEN: Final = (
    "attribute_not_exists(#result) OR #result IN (:running, :busy, :interrupted)"
    " OR (NOT #result IN (:changed, :unchanged) AND ended_at < :since)"
)
IS_MINE: Final = "started_at = :started_at AND runner = :runner"


class RolloutStore:
    """The rollouts, by their id."""

    def __init__(self, client: DynamoDBClient, table: str, registry: Registry) -> None:
        self._client = client
        self._table = table
        self._registry = registry
        self._transactions = Transactions(client)

    def create(self, rollout: Rollout, waves: Sequence[Wave]) -> None:
        """Record a rollout with its waves and shards; raises ConflictError where another one is running."""
        self._activate(rollout.rollout_id)
        written = [items.rollout_item(rollout), {"rollout_id": CATALOGUE, "item": rollout.rollout_id}]
        for wave in waves:
            written.append(items.wave_item(rollout.rollout_id, wave))
            written += items.shard_items(rollout.rollout_id, wave)
        self._write(written)

    def get(self, rollout_id: RolloutId) -> Rollout:
        """Read a rollout."""
        item = self._read(rollout_id, items.ROLLOUT)
        if item is None:
            raise NotFoundError(f"there is no rollout {rollout_id}", advice="pipeline rollout list")
        return items.rollout(item)

    def active(self) -> RolloutId | None:
        """Give the rollout that is running, if one is."""
        item = self._read(ACTIVE, ACTIVE)
        return None if item is None else RolloutId(item["active"])

    def all(self) -> list[Rollout]:
        """List all rollouts, newest first."""
        return [self.get(rollout_id) for rollout_id in self.names()]

    def names(self) -> list[RolloutId]:
        """List the ids of all rollouts, newest first."""
        return sorted((RolloutId(item["item"]) for item in self._query(CATALOGUE, "")), reverse=True)

    def waves(self, rollout_id: RolloutId) -> list[WaveProgress]:
        """Read how far each wave is."""
        return [items.wave_progress(item) for item in self._query(rollout_id, "wave#")]

    def shards(self, rollout_id: RolloutId) -> tuple[Wave, ...]:
        """Read the waves with the tenants of their shards."""
        found = {wave.number: (wave, list[tuple[TenantId, ...]]()) for wave in self.waves(rollout_id)}
        for item in self._query(rollout_id, "shard#"):
            found[items.wave_of_shard(item)][1].append(tuple(TenantId(name) for name in item["tenants"]))
        return tuple(
            Wave(number=wave.number, ring=wave.ring, shards=tuple(shards), failures_allowed=wave.failures_allowed)
            for wave, shards in found.values()
        )

    def shard(self, rollout_id: RolloutId, wave: int, shard: int) -> tuple[TenantId, ...]:
        """Read the tenants of one shard."""
        item = self._read(rollout_id, items.shard_key(wave, shard))
        if item is None:
            raise NotFoundError(
                f"rollout {rollout_id} has no shard {shard} in wave {wave}", advice="pipeline rollout status"
            )
        return tuple(TenantId(name) for name in item["tenants"])

    def results(self, rollout_id: RolloutId) -> Iterator[TenantResult]:
        """Read what is recorded of each tenant."""
        return (items.result(item) for item in self._query(rollout_id, "tenant#"))

    def results_of(self, rollout_id: RolloutId, tenants: Sequence[TenantId]) -> dict[TenantId, TenantResult]:
        """Read what is recorded of some tenants."""
        keys = [items.key(rollout_id, items.tenant_key(name)) for name in tenants]
        results = map(items.result, read_items(self._client, self._table, keys))
        return {result.tenant_id: result for result in results}

    def claim(self, rollout_id: RolloutId, tenant: Tenant, running: TenantResult, *, since: datetime) -> None:
        """Take a tenant for a run that is at work since a time.

        Raises TransactionRefusedError whose `part` says why: 0, the wave takes no more tenants; 1, the tenant's row is
        not as it was read; 2, another run has done with the tenant.
        """
        self._transactions.write(
            {
                "ConditionCheck": {
                    **self._at(rollout_id, items.wave_key(running.wave)),
                    "ConditionExpression": WAVE_IS_OPEN,
                }
            },
            self._registry.save_request(tenant),
            self._put_open_result(rollout_id, running, since),
        )

    def finish(self, rollout: Rollout, tenant: Tenant, result: TenantResult) -> None:
        """Record what came of a claimed tenant, and count its failure, once in a round, or no more.

        Raises TransactionRefusedError whose `part` says why: 0, the tenant's row is not as it was read; 1, the claim
        was taken over.
        """
        counted, more = _counted(rollout, result)
        values = {"started_at": result.started_at.isoformat(), "runner": result.runner}
        self._transactions.write(
            self._registry.save_request(tenant),
            self._put_result(rollout.rollout_id, counted, IS_MINE, values),
            *self._count_failures(rollout.rollout_id, result.wave, more),
        )

    def note(self, rollout: Rollout, result: TenantResult, *, since: datetime) -> None:
        """Record what came of a tenant that was not claimed; nothing where another run has done with it."""
        counted, more = _counted(rollout, result)
        self._transactions.attempt(
            self._put_open_result(rollout.rollout_id, counted, since),
            *self._count_failures(rollout.rollout_id, result.wave, more),
        )

    def shard_done(self, rollout_id: RolloutId, wave: int, shard: int) -> None:
        """Record that a shard was worked through; counts once."""
        done = {
            **self._at(rollout_id, items.shard_key(wave, shard)),
            "UpdateExpression": "SET done = :yes",
            "ConditionExpression": "attribute_not_exists(done)",
            "ExpressionAttributeValues": {":yes": {"BOOL": True}},
        }
        counted = {
            **self._at(rollout_id, items.wave_key(wave)),
            "UpdateExpression": "ADD shards_done :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        self._transactions.attempt({"Update": done}, {"Update": counted})

    def reserve_deletions(self, rollout: Rollout, count: int) -> bool:
        """Take some deletions from what a rollout may still make; tells False where too few are left."""
        if rollout.deletions_allowed is None or count == 0:
            return True
        update = {
            **self._at(rollout.rollout_id, items.ROLLOUT),
            "UpdateExpression": "ADD deletions :count",
            "ConditionExpression": "attribute_not_exists(deletions) OR deletions <= :most",
            "ExpressionAttributeValues": {
                ":count": {"N": str(count)},
                ":most": {"N": str(rollout.deletions_allowed - count)},
            },
        }
        return count <= rollout.deletions_allowed and self._transactions.attempt({"Update": update})

    def close(
        self, rollout: Rollout, waves: Sequence[WaveProgress], status: RolloutStatus, *, reason: str, at: datetime
    ) -> bool:
        """End a rollout, so that no tenant is taken any more; tells False where somebody else moved it before."""
        moved = self._transactions.attempt(
            self._move(rollout, replace(rollout, status=status, reason=reason, ended_at=at)),
            *(
                {
                    "Update": {
                        **self._at(rollout.rollout_id, items.wave_key(wave.number)),
                        "UpdateExpression": "SET closed = :yes",
                        "ExpressionAttributeValues": {":yes": {"BOOL": True}},
                    }
                }
                for wave in waves
            ),
        )
        if moved:
            self._deactivate(rollout.rollout_id)
        return moved

    def reopen(self, rollout: Rollout, waves: Sequence[WaveProgress], *, attempt: int) -> bool:
        """Let a rollout go on with a fresh budget; tells False where somebody else moved it before."""
        self._activate(rollout.rollout_id)
        return self._transactions.attempt(
            self._move(
                rollout,
                replace(
                    rollout,
                    status=RolloutStatus.RUNNING,
                    reason="",
                    ended_at=None,
                    attempt=attempt,
                    round=rollout.round + 1,
                ),
            ),
            *(
                {
                    "Update": {
                        **self._at(rollout.rollout_id, items.wave_key(wave.number)),
                        "UpdateExpression": "SET failed = :none REMOVE closed",
                        "ExpressionAttributeValues": {":none": {"N": "0"}},
                    }
                }
                for wave in waves
            ),
        )

    def _move(self, before: Rollout, after: Rollout) -> Any:
        ended_at = after.ended_at.isoformat() if after.ended_at else ""
        values = {":status": after.status, ":former": before.status, ":reason": after.reason, ":ended_at": ended_at}
        return {
            "Update": {
                **self._at(before.rollout_id, items.ROLLOUT),
                "UpdateExpression": "SET #status = :status, reason = :reason, ended_at = :ended_at,"
                " attempt = :attempt, #round = :round",
                "ConditionExpression": "#status = :former",
                "ExpressionAttributeNames": {"#status": "status", "#round": "round"},
                "ExpressionAttributeValues": {
                    **{name: {"S": str(value)} for name, value in values.items()},
                    ":attempt": {"N": str(after.attempt)},
                    ":round": {"N": str(after.round)},
                },
            }
        }

    def _activate(self, rollout_id: RolloutId) -> None:
        put: Any = {
            "TableName": self._table,
            "Item": to_attributes({"rollout_id": ACTIVE, "item": ACTIVE, "active": rollout_id}),
            "ConditionExpression": "attribute_not_exists(rollout_id) OR active = :me",
            "ExpressionAttributeValues": {":me": {"S": rollout_id}},
        }
        if not self._transactions.attempt({"Put": put}):
            raise ConflictError(
                f"rollout {self.active()} is running; two never work at the same time",
                advice="let it end (pipeline rollout run), or: pipeline rollout cancel",
            )

    def _deactivate(self, rollout_id: RolloutId) -> None:
        delete: Any = {
            **self._at(ACTIVE, ACTIVE),
            "ConditionExpression": "active = :me",
            "ExpressionAttributeValues": {":me": {"S": rollout_id}},
        }
        self._transactions.attempt({"Delete": delete})

    def _count_failures(self, rollout_id: RolloutId, wave: int, more: int) -> list[Any]:
        update = {
            **self._at(rollout_id, items.wave_key(wave)),
            "UpdateExpression": "ADD failed :more",
            "ExpressionAttributeValues": {":more": {"N": str(more)}},
        }
        return [{"Update": update}] if more else []

    def _put_open_result(self, rollout_id: RolloutId, result: TenantResult, since: datetime) -> Any:
        kinds = (Result.RUNNING, Result.BUSY, Result.INTERRUPTED, Result.CHANGED, Result.UNCHANGED)
        values = {**{str(kind): str(kind) for kind in kinds}, "since": since.isoformat()}
        put = self._put_result(rollout_id, result, IS_OPEN, values)
        put["Put"]["ExpressionAttributeNames"] = {"#result": "result"}
        return put

    def _put_result(self, rollout_id: RolloutId, result: TenantResult, condition: str, values: dict[str, str]) -> Any:
        return {
            "Put": {
                "TableName": self._table,
                "Item": to_attributes(items.result_item(rollout_id, result)),
                "ConditionExpression": condition,
                "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in values.items()},
            }
        }

    def _at(self, rollout_id: str, item: str) -> dict[str, Any]:
        return {"TableName": self._table, "Key": items.key(rollout_id, item)}

    def _read(self, rollout_id: str, item: str) -> JsonObject | None:
        with translated(f"table {self._table}"):
            answer = self._client.get_item(**self._at(rollout_id, item), ConsistentRead=True)
        return to_plain(answer["Item"]) if "Item" in answer else None

    def _query(self, rollout_id: str, prefix: str) -> Iterator[JsonObject]:
        begins = {
            "KeyConditionExpression": "rollout_id = :id AND begins_with(#item, :prefix)",
            "ExpressionAttributeNames": {"#item": "item"},
            "ExpressionAttributeValues": {":id": {"S": rollout_id}, ":prefix": {"S": prefix}},
        }
        every = {
            "KeyConditionExpression": "rollout_id = :id",
            "ExpressionAttributeValues": {":id": {"S": rollout_id}},
        }
        request: Any = begins if prefix else every
        with translated(f"table {self._table}"):
            pages = self._client.get_paginator("query").paginate(TableName=self._table, ConsistentRead=True, **request)
            for page in pages:
                yield from (to_plain(item) for item in page["Items"])

    def _write(self, written: list[JsonObject]) -> None:
        for start in range(0, len(written), BATCH):
            requests: Any = [{"PutRequest": {"Item": to_attributes(item)}} for item in written[start : start + BATCH]]
            with translated(f"table {self._table}"):
                while requests:
                    answer = self._client.batch_write_item(RequestItems={self._table: requests})
                    requests = answer.get("UnprocessedItems", {}).get(self._table, [])


def _counted(rollout: Rollout, result: TenantResult) -> tuple[TenantResult, int]:
    """Give a result as it counts in the rollout's round, and by how much it changes the count of failures."""
    was_counted = result.failed_in == rollout.round
    is_failure = result.result in COUNTED
    return replace(result, failed_in=rollout.round if is_failure else 0), int(is_failure) - int(was_counted)
