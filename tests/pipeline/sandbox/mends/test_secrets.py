from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

KEY = "arn:aws:kms:us-east-1:123456789012:key/k"


@pytest.fixture
def secrets(aws: RunningSandbox) -> Any:
    return aws.client("secretsmanager")


def test_a_description_is_removed_only_by_an_empty_one(secrets: Any) -> None:
    secrets.create_secret(Name="s", Description="d", SecretString="v")
    secrets.update_secret(SecretId="s", KmsKeyId=KEY)
    assert secrets.describe_secret(SecretId="s")["Description"] == "d"
    secrets.update_secret(SecretId="s", Description="")
    assert secrets.describe_secret(SecretId="s").get("Description", "") == ""


def test_a_copy_has_its_own_key(secrets: Any) -> None:
    regions = [{"Region": "us-east-1", "KmsKeyId": KEY}, {"Region": "us-west-2"}]
    secrets.create_secret(Name="s", AddReplicaRegions=regions)
    copies = secrets.describe_secret(SecretId="s")["ReplicationStatus"]
    assert [copy["KmsKeyId"] for copy in copies] == [KEY, "alias/aws/secretsmanager"]
