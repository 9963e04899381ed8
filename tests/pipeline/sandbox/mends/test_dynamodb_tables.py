from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

NOTHING = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
SOME = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 1}
TABLE = "orders"


@pytest.fixture
def dynamodb(aws: RunningSandbox) -> Any:
    return aws.client("dynamodb")


def create_table(dynamodb: Any, **more: Any) -> None:
    """Create a provisioned table with an index by owner."""
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "owner")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_owner",
                "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": SOME,
            }
        ],
        BillingMode="PROVISIONED",
        ProvisionedThroughput=SOME,
        **more,
    )


def update(dynamodb: Any, **change: Any) -> Any:
    """Update the table and return what DescribeTable then says, which is also the answer to the update."""
    answer = dynamodb.update_table(TableName=TABLE, **change)["TableDescription"]
    described = dynamodb.describe_table(TableName=TABLE)["Table"]
    assert answer == described
    return described


def capacities(table: Any) -> list[dict[str, int]]:
    billed = [table, *table["GlobalSecondaryIndexes"]]
    return [{name: item["ProvisionedThroughput"][name] for name in NOTHING} for item in billed]


def test_a_table_paid_per_request_has_no_capacity(dynamodb: Any) -> None:
    create_table(dynamodb)
    assert capacities(update(dynamodb, BillingMode="PAY_PER_REQUEST")) == [NOTHING, NOTHING]


def test_a_table_can_go_back_to_provisioned_capacity(dynamodb: Any) -> None:
    create_table(dynamodb)
    update(dynamodb, BillingMode="PAY_PER_REQUEST")
    indexes = [{"Update": {"IndexName": "by_owner", "ProvisionedThroughput": SOME}}]
    after = update(dynamodb, BillingMode="PROVISIONED", ProvisionedThroughput=SOME, GlobalSecondaryIndexUpdates=indexes)
    assert capacities(after) == [SOME, SOME]


def test_attributes_that_no_key_uses_any_more_are_forgotten(dynamodb: Any) -> None:
    create_table(dynamodb)
    after = update(dynamodb, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_owner"}}])
    assert after["AttributeDefinitions"] == [{"AttributeName": "id", "AttributeType": "S"}]
    assert after["GlobalSecondaryIndexes"] == []


def test_encryption_is_changed(dynamodb: Any) -> None:
    create_table(dynamodb)
    own = "arn:aws:kms:eu-central-1:123456789012:key/own"

    encrypted = update(dynamodb, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": own})
    assert encrypted["SSEDescription"]["KMSMasterKeyArn"] == own

    by_default = update(dynamodb, SSESpecification={"Enabled": True, "SSEType": "KMS"})
    assert by_default["SSEDescription"]["KMSMasterKeyArn"] not in {own, None}

    assert "SSEDescription" not in update(dynamodb, SSESpecification={"Enabled": False})


def test_the_class_of_a_table_is_kept(dynamodb: Any) -> None:
    create_table(dynamodb, TableClass="STANDARD_INFREQUENT_ACCESS")
    table = dynamodb.describe_table(TableName=TABLE)["Table"]
    assert table["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"

    assert update(dynamodb, TableClass="STANDARD")["TableClassSummary"]["TableClass"] == "STANDARD"


def test_a_table_that_was_never_given_a_class_shows_none(dynamodb: Any) -> None:
    create_table(dynamodb)
    assert "TableClassSummary" not in dynamodb.describe_table(TableName=TABLE)["Table"]


def test_a_protected_table_is_not_deleted(dynamodb: Any) -> None:
    create_table(dynamodb, DeletionProtectionEnabled=True)
    with pytest.raises(dynamodb.exceptions.ClientError, match="ValidationException"):
        dynamodb.delete_table(TableName=TABLE)

    update(dynamodb, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=TABLE)


def test_a_stream_is_started_anew_once_it_is_off(dynamodb: Any) -> None:
    create_table(dynamodb, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    wanted = {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
    with pytest.raises(dynamodb.exceptions.ResourceInUseException):
        dynamodb.update_table(TableName=TABLE, StreamSpecification=wanted)
    dynamodb.update_table(TableName=TABLE, StreamSpecification={"StreamEnabled": False})
    assert update(dynamodb, StreamSpecification=wanted)["StreamSpecification"] == wanted
