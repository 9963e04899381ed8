from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipeline.adapters.aws import Aws

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox

ROLE = "arn:aws:iam::210987654321:role/tenant-pipeline-deploy"


@pytest.mark.parametrize(("external_id", "asked"), [("", {}), ("tenant-acme", {"ExternalId": "tenant-acme"})])
def test_a_tenants_account_is_entered_with_the_external_id_that_it_asks_for(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, external_id: str, asked: dict[str, str]
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, sandbox.environment[name])
    requests: list[dict[str, Any]] = []
    aws = Aws("eu-central-1")
    aws.session.events.register("provide-client-params.sts.AssumeRole", lambda params, **_: requests.append(params))

    session = aws.in_account_of(ROLE, "eu-west-1", external_id=external_id)

    assert requests == [{"RoleArn": ROLE, "RoleSessionName": "tenant-pipeline", **asked}]
    identity: Any = session.client("sts").get_caller_identity()
    assert identity["Account"] == "210987654321"
