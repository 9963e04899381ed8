from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from pipeline.adapters.control_plane import Table, bootstrap
from pipeline.adapters.transactions import TransactionRefusedError, Transactions
from pipeline.errors import NotFoundError

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox


@pytest.fixture
def table(sandbox: RunningSandbox) -> str:
    made = Table(name=f"items-{uuid4().hex}", hash_key="name")
    list(bootstrap(sandbox.client("s3"), sandbox.client("dynamodb"), [], [made]))
    return made.name


def put(table: str, name: str, condition: str = "attribute_not_exists(#name)") -> Any:
    return {
        "Put": {
            "TableName": table,
            "Item": {"name": {"S": name}},
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#name": "name"},
        }
    }


def names(sandbox: RunningSandbox, table: str) -> set[str]:
    return {item["name"]["S"] for item in sandbox.client("dynamodb").scan(TableName=table)["Items"]}


def test_all_parts_are_written_or_none(sandbox: RunningSandbox, table: str) -> None:
    transactions = Transactions(sandbox.client("dynamodb"))
    transactions.write(put(table, "a"), put(table, "b"))

    with pytest.raises(TransactionRefusedError) as refused:
        transactions.write(put(table, "c"), put(table, "b"))

    assert refused.value.part == 1
    assert names(sandbox, table) == {"a", "b"}
    assert not transactions.attempt(put(table, "a"))
    assert transactions.attempt(put(table, "d"))


def test_of_many_that_want_the_same_one_gets_it(sandbox: RunningSandbox, table: str) -> None:
    transactions = Transactions(sandbox.client("dynamodb"))
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: transactions.attempt(put(table, "a")), range(16)))
    assert got.count(True) == 1


def test_a_missing_table_is_no_refused_condition(sandbox: RunningSandbox) -> None:
    with pytest.raises(NotFoundError):
        Transactions(sandbox.client("dynamodb")).write(put("absent", "a"))
