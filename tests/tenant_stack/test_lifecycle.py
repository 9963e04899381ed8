"""The template's life with a real terraform, against the sandbox's AWS and its provider."""

from __future__ import annotations

import itertools
import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.conformance.sandbox import REGION, Sandbox, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.json_types import JsonObject

OTHER_ACCOUNT = "210987654321"
NUMBERS = itertools.count(1)
ADMINISTRATOR = boto3.Session(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="fake")
DEFAULTS: JsonObject = {}
UNPROTECTED: JsonObject = {"deletion_protection": False}


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A directory with a tenant's config and inputs, and what terraform and AWS say of it."""

    id: str
    directory: Path
    sandbox: Sandbox

    def terraform(self, *arguments: str, inputs: JsonObject = DEFAULTS) -> subprocess.CompletedProcess[str]:
        """Run terraform with inputs that differ from the defaults."""
        values = {"tenant_id": self.id, "region": REGION} | inputs
        (self.directory / "terraform.tfvars.json").write_text(json.dumps(values))
        return subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=self.directory,
            env=self.sandbox.environment(),
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def apply(self, inputs: JsonObject = DEFAULTS) -> JsonObject:
        """Apply, and give the outputs."""
        done = self.terraform("apply", "-auto-approve", "-input=false", inputs=inputs)
        assert done.returncode == 0, done.stderr
        state = json.loads((self.directory / "terraform.tfstate").read_bytes())
        return {name: output["value"] for name, output in state["outputs"].items()}

    def client(self, service: Any, session: boto3.Session = ADMINISTRATOR) -> Any:
        """Give a boto3 client of the sandbox's AWS."""
        return session.client(service, region_name=REGION, endpoint_url=self.sandbox.endpoint)


def names_left(tenant: Tenant) -> list[str]:
    """List what the pipeline's own account has of a tenant."""
    names = [
        *tenant.client("dynamodb").list_tables()["TableNames"],
        *(bucket["Name"] for bucket in tenant.client("s3").list_buckets()["Buckets"]),
        *(pool["Name"] for pool in tenant.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]),
        *(role["RoleName"] for role in tenant.client("iam").list_roles()["Roles"]),
        *(alias["AliasName"].removeprefix("alias/") for alias in tenant.client("kms").list_aliases()["Aliases"]),
    ]
    return [name for name in names if name.startswith(f"app-{tenant.id}-")]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Give a sandbox for the tests of this module."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def tenant(config: JsonObject, sandbox: Sandbox, tmp_path: Path) -> Tenant:
    """Give a tenant of each tier that does not exist yet."""
    (provider,) = config["provider"]["aws"]
    terraform = {name: block for name, block in config["terraform"].items() if name != "backend"}
    sandboxed = config | {"terraform": terraform, "provider": {"aws": [provider | {"s3_use_path_style": True}]}}
    (tmp_path / "main.tf.json").write_text(json.dumps(sandboxed))
    return Tenant(id=f"tenant-{next(NUMBERS)}", directory=tmp_path, sandbox=sandbox)


def test_a_second_plan_has_nothing_to_do(tenant: Tenant) -> None:
    tenant.apply()

    plan = tenant.terraform("plan", "-input=false", "-detailed-exitcode")

    assert plan.returncode == 0, plan.stdout


def test_the_application_finds_everything_by_the_role_and_the_path(tenant: Tenant) -> None:
    outputs = tenant.apply()
    assumed = tenant.client("sts").assume_role(RoleArn=outputs["role_arn"], RoleSessionName="application")[
        "Credentials"
    ]
    application = boto3.Session(
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    )
    ssm = tenant.client("ssm", application)

    path = outputs.pop("parameter_path")
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True, WithDecryption=True)
    found = {item["Name"].removeprefix(f"{path}/"): item["Value"] for page in pages for item in page["Parameters"]}

    assert path == f"/app/tenants/{tenant.id}"
    assert {name.replace("/", "_").replace("-", "_"): value for name, value in found.items()} == outputs


def test_inputs_change_in_place(tenant: Tenant) -> None:
    before = tenant.apply()

    after = tenant.apply(
        {"table_capacity": {"read": 2, "write": 2}, "password_minimum_length": 14, "access_token_minutes": 30}
    )

    assert after == before


def test_protected_data_is_not_destroyed(tenant: Tenant) -> None:
    outputs = tenant.apply()

    destroyed = tenant.terraform("destroy", "-auto-approve", "-input=false")

    assert destroyed.returncode == 1
    assert tenant.client("dynamodb").describe_table(TableName=outputs["tables_orders"])


def test_without_protection_everything_goes_files_included(tenant: Tenant) -> None:
    outputs = tenant.apply()
    if "bucket" in outputs:
        s3 = tenant.client("s3")
        s3.delete_bucket_policy(Bucket=outputs["bucket"])  # it refuses what does not come by TLS, as moto's clients do
        s3.put_object(Bucket=outputs["bucket"], Key="file", Body=b"1")
    tenant.apply(UNPROTECTED)
    assert names_left(tenant)

    destroyed = tenant.terraform("destroy", "-auto-approve", "-input=false", inputs=UNPROTECTED)

    assert destroyed.returncode == 0, destroyed.stderr
    assert names_left(tenant) == []


def test_a_tenant_may_live_in_an_account_of_its_own(tenant: Tenant) -> None:
    outputs = tenant.apply(
        {
            "account_role_arn": f"arn:aws:iam::{OTHER_ACCOUNT}:role/deploy",
            "account_role_external_id": "tenant-acme",
        }
    )

    assert outputs["role_arn"] == f"arn:aws:iam::{OTHER_ACCOUNT}:role/app-{tenant.id}-application"
    assert names_left(tenant) == []
