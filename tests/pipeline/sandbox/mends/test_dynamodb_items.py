from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox_fixtures import new_client

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

Item = dict[str, Any]

EVERYTHING: Item = {
    "id": {"S": "grüße"},
    "number": {"N": "-12.5"},
    "bytes": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "strings": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "blobs": {"BS": [b"\x01", b"\x02"]},
    "list": {"L": [{"S": "a"}, {"L": []}, {"B": b"\x03"}, {"M": {"deep": {"BS": [b"\x04"]}}}]},
    "map": {"M": {"a": {"M": {}}, "b": {"N": "1"}, "c": {"B": b"\x05"}}},
}


@pytest.fixture
def dynamodb(aws: RunningSandbox) -> Any:
    client = aws.client("dynamodb")
    client.create_table(
        TableName="tenants",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "tier", "digest")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_digest",
                "KeySchema": [
                    {"AttributeName": "tier", "KeyType": "HASH"},
                    {"AttributeName": "digest", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


def a_tenant(number: int) -> Item:
    return {
        "id": {"S": f"t{number:04}"},
        "tier": {"S": ("basic", "premium")[number % 2]},
        "digest": {"S": "dirty" if number % 10 == 0 else f"d{number % 3}"},
        "filler": {"S": "x" * 4000},
    }


def put_tenants(dynamodb: Any, count: int) -> list[Item]:
    items = [a_tenant(number) for number in range(count)]
    for item in reversed(items):
        dynamodb.put_item(TableName="tenants", Item=item)
    return items


def ids(items: list[Item]) -> list[str]:
    return [item["id"]["S"] for item in items]


def paged(operation: Any, **arguments: Any) -> tuple[list[str], int]:
    """Read all pages; return the ids and the number of pages."""
    found: list[str] = []
    page = operation(**arguments)
    pages = 1
    found += ids(page["Items"])
    while "LastEvaluatedKey" in page:
        page = operation(**arguments, ExclusiveStartKey=page["LastEvaluatedKey"])
        pages += 1
        found += ids(page["Items"])
    return found, pages


def test_items_of_all_types_come_back_as_they_were(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="tenants", Item=EVERYTHING)
    key = {"id": EVERYTHING["id"]}
    assert dynamodb.get_item(TableName="tenants", Key=key)["Item"] == EVERYTHING
    assert dynamodb.scan(TableName="tenants")["Items"] == [EVERYTHING]
    deleted = dynamodb.delete_item(TableName="tenants", Key=key, ReturnValues="ALL_OLD")
    assert deleted["Attributes"] == EVERYTHING


def test_an_update_does_not_change_an_item_that_was_read_before(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="tenants", Item=EVERYTHING)
    answer = dynamodb.update_item(
        TableName="tenants",
        Key={"id": EVERYTHING["id"]},
        UpdateExpression="SET #map.b = #map.b + :one, #list[0] = :new ADD strings :more REMOVE nothing",
        ExpressionAttributeNames={"#map": "map", "#list": "list"},
        ExpressionAttributeValues={":one": {"N": "1"}, ":new": {"S": "new"}, ":more": {"SS": ["c"]}},
        ReturnValues="ALL_OLD",
    )
    assert answer["Attributes"] == EVERYTHING
    after = dynamodb.get_item(TableName="tenants", Key={"id": EVERYTHING["id"]})["Item"]
    assert after["map"]["M"]["b"] == {"N": "2"}
    assert after["list"]["L"][0] == {"S": "new"}
    assert sorted(after["strings"]["SS"]) == ["a", "b", "c"]
    assert "nothing" not in after


def test_a_scan_finds_everything_page_by_page(dynamodb: Any) -> None:
    items = put_tenants(dynamodb, 600)
    found, pages = paged(dynamodb.scan, TableName="tenants")
    assert found == ids(items)
    assert pages == 3, "a page is a megabyte"


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [{}, {"Limit": 7}])
@pytest.mark.parametrize(
    ("condition", "digests"),
    [
        ("tier = :tier", {"dirty", "d0", "d1", "d2"}),
        ("tier = :tier AND digest = :digest", {"dirty"}),
        ("tier = :tier AND begins_with(digest, :start)", {"d0", "d1", "d2", "dirty"}),
        ("tier = :tier AND digest < :digest", {"d0", "d1", "d2"}),
        ("tier = :tier AND digest BETWEEN :from AND :to", {"d1", "d2"}),
    ],
)
def test_an_index_is_queried_in_order(
    dynamodb: Any, condition: str, digests: set[str], limit: dict[str, int], *, forward: bool
) -> None:
    items = put_tenants(dynamodb, 60)
    values = {"tier": "basic", "digest": "dirty", "start": "d", "from": "d1", "to": "d2"}
    wanted = [item for item in items if item["tier"]["S"] == "basic" and item["digest"]["S"] in digests]
    expected = ids(sorted(wanted, key=lambda item: (item["digest"]["S"], item["id"]["S"]), reverse=not forward))

    found, pages = paged(
        dynamodb.query,
        TableName="tenants",
        IndexName="by_digest",
        KeyConditionExpression=condition,
        ExpressionAttributeValues={f":{name}": {"S": values[name]} for name in re.findall(r":(\w+)", condition)},
        ScanIndexForward=forward,
        **limit,
    )
    assert found == expected
    assert pages >= len(expected) // 7 if limit else pages == 1


def test_an_index_follows_what_is_written(dynamodb: Any) -> None:
    put_tenants(dynamodb, 20)
    query = {
        "TableName": "tenants",
        "IndexName": "by_digest",
        "KeyConditionExpression": "tier = :tier AND digest = :digest",
        "ExpressionAttributeValues": {":tier": {"S": "basic"}, ":digest": {"S": "dirty"}},
    }
    assert ids(dynamodb.query(**query)["Items"]) == ["t0000", "t0010"]

    dynamodb.update_item(
        TableName="tenants",
        Key={"id": {"S": "t0002"}},
        UpdateExpression="SET digest = :digest",
        ExpressionAttributeValues={":digest": {"S": "dirty"}},
    )
    dynamodb.delete_item(TableName="tenants", Key={"id": {"S": "t0000"}})
    dynamodb.update_item(TableName="tenants", Key={"id": {"S": "t0010"}}, UpdateExpression="REMOVE digest")
    assert ids(dynamodb.query(**query)["Items"]) == ["t0002"]


def test_a_table_with_a_numeric_range_key_is_queried_in_order(aws: RunningSandbox) -> None:
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName="results",
        KeySchema=[{"AttributeName": "run", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "run", "AttributeType": "S"},
            {"AttributeName": "id", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for run in ("one", "two"):
        for number in (10, 9, -1):
            dynamodb.put_item(TableName="results", Item={"run": {"S": run}, "id": {"N": str(number)}})

    def query(run: str, more: str = "", **values: str) -> list[str]:
        names = {":run": {"S": run}} | {f":{name}": {"N": value} for name, value in values.items()}
        condition = f"run = :run{more}"
        answer = dynamodb.query(TableName="results", KeyConditionExpression=condition, ExpressionAttributeValues=names)
        return [item["id"]["N"] for item in answer["Items"]]

    assert query("one") == ["-1", "9", "10"]
    assert query("one", " AND id > :least", least="0") == ["9", "10"]
    assert query("one", " AND id = :id", id="9.0") == ["9"]
    assert query("three") == []
    assert len(dynamodb.scan(TableName="results")["Items"]) == 6


@pytest.mark.parametrize("old", ["NONE", "ALL_OLD"])
def test_a_condition_that_fails_tells_the_stored_item(dynamodb: Any, old: str) -> None:
    item = {"id": {"S": "acme"}, "revision": {"N": "3"}}
    dynamodb.put_item(TableName="tenants", Item=item)
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as caught:
        dynamodb.update_item(
            TableName="tenants",
            Key={"id": {"S": "acme"}},
            UpdateExpression="SET revision = :new",
            ConditionExpression="revision = :old",
            ExpressionAttributeValues={":new": {"N": "3"}, ":old": {"N": "2"}},
            ReturnValuesOnConditionCheckFailure=old,
        )
    assert caught.value.response.get("Item") == (item if old == "ALL_OLD" else None)


def test_one_of_many_conditional_writes_at_once_succeeds(aws: RunningSandbox, dynamodb: Any) -> None:
    clients = [new_client("dynamodb", aws.endpoint) for _ in range(8)]

    def take(attempt: int) -> bool:
        try:
            clients[attempt % 8].put_item(
                TableName="tenants",
                Item={"id": {"S": f"lease-{attempt // 8}"}, "owner": {"N": str(attempt)}},
                ConditionExpression="attribute_not_exists(id)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(8 * 20)))
    assert [sum(taken[lease * 8 : lease * 8 + 8]) for lease in range(20)] == [1] * 20


def test_a_transaction_that_fails_changes_nothing(dynamodb: Any) -> None:
    before = [{"id": {"S": "a"}, "n": {"N": "1"}}, {"id": {"S": "b"}, "l": {"L": [{"S": "x"}]}}]
    for item in before:
        dynamodb.put_item(TableName="tenants", Item=item)

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as caught:
        dynamodb.transact_write_items(
            TransactItems=[
                _update("a", "SET n = :one, m = :one"),
                {"Delete": {"TableName": "tenants", "Key": {"id": {"S": "b"}}}},
                {"Put": {"TableName": "tenants", "Item": {"id": {"S": "c"}}}},
                _check("d", "attribute_exists(id)"),
            ]
        )
    reasons = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
    assert reasons == ["None", "None", "None", "ConditionalCheckFailed"]
    assert dynamodb.scan(TableName="tenants")["Items"] == before


def test_a_transaction_that_succeeds_changes_everything(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="tenants", Item={"id": {"S": "a"}})
    dynamodb.transact_write_items(
        TransactItems=[
            _update("a", "SET n = :one"),
            {"Put": {"TableName": "tenants", "Item": {"id": {"S": "b"}}}},
            _check("c", "attribute_not_exists(id)"),
        ]
    )
    assert dynamodb.scan(TableName="tenants")["Items"] == [{"id": {"S": "a"}, "n": {"N": "1"}}, {"id": {"S": "b"}}]


def test_a_transaction_does_not_name_an_item_twice(dynamodb: Any) -> None:
    with pytest.raises(dynamodb.exceptions.ClientError, match="multiple operations on one item"):
        dynamodb.transact_write_items(TransactItems=[_update("a", "SET n = :one"), _update("a", "SET m = :one")])
    assert dynamodb.scan(TableName="tenants")["Items"] == []


def _update(key: str, expression: str) -> Item:
    operation = {
        "TableName": "tenants",
        "Key": {"id": {"S": key}},
        "UpdateExpression": expression,
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    return {"Update": operation}


def _check(key: str, condition: str) -> Item:
    return {"ConditionCheck": {"TableName": "tenants", "Key": {"id": {"S": key}}, "ConditionExpression": condition}}
