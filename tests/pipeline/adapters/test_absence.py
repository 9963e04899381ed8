from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from pipeline.adapters.absence import AbsenceCheck
from pipeline.adapters.aws import Aws

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox


@pytest.fixture
def check(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> AbsenceCheck:
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, sandbox.environment[name])
    return AbsenceCheck(Aws("eu-central-1"))


@pytest.mark.parametrize(("regions", "left"), [(["eu-central-1"], []), (["eu-central-1", "us-east-1"], ["orphan"])])
def test_what_carries_the_tag_is_found_in_each_region(check: AbsenceCheck, regions: list[str], left: list[str]) -> None:
    sqs: Any = boto3.client("sqs", region_name="us-east-1")
    sqs.create_queue(QueueName="orphan", tags={"tenant": "absent"})

    found = check.look(role="", external_id="", regions=regions, tag=("tenant", "absent"), arns=[])

    assert [arn.rsplit(":", 1)[-1] for arn in found.left] == left
