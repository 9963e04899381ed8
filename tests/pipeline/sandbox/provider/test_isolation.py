"""Many terraform processes, one provider process: each by its own account, region and tags."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.conformance.sandbox import REGION, Sandbox, running_sandbox
from tests.conformance.terraform import Terraform
from tests.pipeline.sandbox.provider.resources.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.json_types import JsonObject

TENANTS = [f"t{number}" for number in range(6)]
PARAMETER = {"name": "/settings", "type": "String", "value": "v"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


def account(tenant: str) -> str:
    return f"{TENANTS.index(tenant) + 1:012}"


def provider(**arguments: Any) -> JsonObject:
    return {"region": REGION, "s3_use_path_style": True, "skip_metadata_api_check": "true", **arguments}


def config(tenant: str) -> JsonObject:
    """The same names for every tenant, in an account of its own."""
    role = f"arn:aws:iam::{account(tenant)}:role/pipeline"
    block = provider(assume_role=[{"role_arn": role}], default_tags=[{"tags": {"tenant": tenant}}])
    return {
        "provider": {"aws": [block]},
        "data": {"aws_caller_identity": {"me": {}}, "aws_default_tags": {"all": {}}},
        "resource": {"aws_ssm_parameter": {"p": PARAMETER | {"value": tenant}}, "aws_sqs_queue": {"q": {"name": "q"}}},
    }


def test_processes_at_the_same_time_never_mix(sandbox: Sandbox, tmp_path: Path) -> None:
    def live(tenant: str) -> JsonObject:
        directory = tmp_path / tenant
        directory.mkdir()
        stack = Stack(terraform=Terraform(directory=directory, sandbox=sandbox))
        stack.apply(config(tenant))
        assert stack.changes() == {}
        return stack.state()

    with ThreadPoolExecutor(len(TENANTS)) as pool:
        states = dict(zip(TENANTS, pool.map(live, TENANTS), strict=True))

    for tenant, state in states.items():
        assert state["data.aws_caller_identity.me"]["account_id"] == account(tenant)
        assert state["data.aws_default_tags.all"]["tags"] == {"tenant": tenant}
        parameter = state["aws_ssm_parameter.p"]
        assert (parameter["value"], parameter["tags_all"]) == (tenant, {"tenant": tenant})
        assert parameter["arn"] == f"arn:aws:ssm:{REGION}:{account(tenant)}:parameter/settings"
        assert stored(sandbox, tenant) == tenant


def stored(sandbox: Sandbox, tenant: str) -> str:
    """Read the parameter as the tenant's own account sees it."""
    role = f"arn:aws:iam::{account(tenant)}:role/pipeline"
    sts = boto3.Session("fake", "fake").client("sts", endpoint_url=sandbox.endpoint, region_name=REGION)
    given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    ssm = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]).client(
        "ssm", endpoint_url=sandbox.endpoint, region_name=REGION
    )
    return ssm.get_parameter(Name="/settings")["Parameter"]["Value"]


def test_one_process_has_as_many_configurations_as_it_names(sandbox: Sandbox, tmp_path: Path) -> None:
    stack = Stack(terraform=Terraform(directory=tmp_path, sandbox=sandbox))
    abroad = provider(alias="abroad", default_tags=[{"tags": {"place": "abroad"}}]) | {"region": "us-east-1"}
    state = stack.apply(
        {
            "provider": {"aws": [provider(), abroad]},
            "resource": {
                "aws_sns_topic": {"here": {"name": "t"}, "abroad": {"provider": "aws.abroad", "name": "t"}},
            },
        }
    )
    assert [state[f"aws_sns_topic.{name}"]["arn"].split(":")[3] for name in ("here", "abroad")] == [REGION, "us-east-1"]
    assert [state[f"aws_sns_topic.{name}"]["tags_all"] for name in ("here", "abroad")] == [{}, {"place": "abroad"}]
    stack.destroy()


def test_a_role_leads_to_its_account_in_an_emptied_aws_too(sandbox: Sandbox, tmp_path: Path) -> None:
    for number in range(2):
        sandbox.reset()
        directory = tmp_path / str(number)
        directory.mkdir()
        stack = Stack(terraform=Terraform(directory=directory, sandbox=sandbox))
        state = stack.apply(config(TENANTS[0]))
        assert state["data.aws_caller_identity.me"]["account_id"] == account(TENANTS[0])
