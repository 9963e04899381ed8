from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

NAMES = ["/acme/bucket", "/acme/table", "/globex/bucket", "/single", "plain"]


@pytest.fixture
def ssm(aws: RunningSandbox) -> Any:
    client = aws.client("ssm")
    for name in NAMES:
        kind = "SecureString" if name == "/acme/table" else "String"
        client.put_parameter(Name=name, Value="x", Type=kind)
    return client


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], NAMES),
        ([{"Key": "Name", "Values": ["/acme/bucket"]}], ["/acme/bucket"]),
        ([{"Key": "Name", "Option": "Equals", "Values": ["/acme/table", "/plain"]}], ["/acme/table", "plain"]),
        ([{"Key": "Name", "Option": "Equals", "Values": ["/acme"]}], []),
        ([{"Key": "Name", "Values": ["/single"]}], ["/single"]),
        ([{"Key": "Name", "Values": ["single"]}], ["/single"]),
        ([{"Key": "Name", "Option": "BeginsWith", "Values": ["/acme"]}], ["/acme/bucket", "/acme/table"]),
        ([{"Key": "Name", "Option": "Contains", "Values": ["bucket"]}], ["/acme/bucket", "/globex/bucket"]),
        (
            [{"Key": "Type", "Values": ["String"]}, {"Key": "Name", "Values": ["/acme/table", "/globex/bucket"]}],
            ["/globex/bucket"],
        ),
        ([{"Key": "Path", "Option": "Recursive", "Values": ["/globex"]}], ["/globex/bucket"]),
    ],
)
def test_parameters_are_described_by_their_names(ssm: Any, filters: list[dict[str, Any]], expected: list[str]) -> None:
    found = ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
    assert sorted(parameter["Name"] for parameter in found) == expected
    assert len(ssm.describe_parameters()["Parameters"]) == len(NAMES)


def test_a_parameter_is_created_only_once(ssm: Any) -> None:
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name="plain", Value="y", Type="String")
    assert ssm.get_parameter(Name="plain")["Parameter"]["Value"] == "x"
