from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.json_types import JsonObject

REQUIRED = {"tenant_id": "acme", "region": "eu-central-1"}

GOOD: list[tuple[str, Any]] = [
    ("tenant_id", "ac"),
    ("tenant_id", "a1-b-2c"),
    ("tenant_id", "a" * 32),
    ("region", "us-gov-west-1"),
    ("region", "eusc-de-east-1"),
    ("account_role_arn", ""),
    ("account_role_arn", "arn:aws:iam::123456789012:role/pipeline/deploy"),
    ("account_role_external_id", "tenant:acme/1"),
    ("application", "shop2"),
    ("application_principal", "arn:aws-cn:iam::123456789012:root"),
    ("application_principal", "arn:aws:iam::123456789012:role/app"),
    ("deletion_protection", False),
    ("deletion_protection", None),  # null is the default
    ("table_capacity", {}),
    ("table_capacity", {"read": 1, "write": 40000}),
    ("password_minimum_length", 99),
    ("access_token_minutes", 5),
    ("refresh_token_days", 3650),
    ("key_deletion_days", 7),
    ("file_retention_days", 1),
]

BAD: list[tuple[str, Any]] = [
    *(
        ("tenant_id", value)
        for value in ("", "a", "a" * 33, "Acme", "1acme", "ac--me", "acme-", "-acme", "ac_me", "ac.me")
    ),
    *(("tenant_id", value) for value in ("acme/eu", "acme*", "acme\n", "äcme", None)),
    *(("region", value) for value in ("", "eu", "eu-central", "eu-central-1a", "EU-CENTRAL-1")),
    *(("account_role_arn", value) for value in ("role", "arn:aws:iam::1:role/x", "arn:aws:iam::123456789012:user/x")),
    *(("account_role_external_id", value) for value in ("x", "a b")),
    *(("application", value) for value in ("a", "my-app", "App", "a" * 11, "awsome", "ssm1")),
    *(("application_principal", value) for value in ("*", "arn:aws:iam::123456789012:role/*", "123456789012")),
    *(("deletion_protection", value) for value in ("maybe", "", 2)),
    *(("table_capacity", value) for value in ({"read": 1}, {"read": 0, "write": 1}, {"read": 1.5, "write": 1}, 5)),
    *(("password_minimum_length", value) for value in (7, 100, 12.5)),
    *(("access_token_minutes", value) for value in (4, 1441, "soon")),
    *(("refresh_token_days", value) for value in (0, 3651)),
    *(("key_deletion_days", value) for value in (6, 31)),
    *(("file_retention_days", value) for value in (0, 3651)),
]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, configs: dict[str, JsonObject]) -> Path:
    """Give a directory with the variables of the tier that has them all, and nothing else."""
    directory = tmp_path_factory.mktemp("variables")
    (directory / "main.tf.json").write_text(json.dumps({"variable": configs["premium"]["variable"]}, indent=1))
    return directory


def plan(directory: Path, inputs: JsonObject) -> subprocess.CompletedProcess[str]:
    (directory / "terraform.tfvars.json").write_text(json.dumps(inputs))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    return subprocess.run(
        ["terraform", "plan", "-input=false", "-no-color"],
        cwd=directory,
        env={**environment, "CHECKPOINT_DISABLE": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_terraform_takes_good_values(directory: Path, name: str, value: Any) -> None:
    done = plan(directory, REQUIRED | {name: value})

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "value"), BAD)
def test_terraform_refuses_bad_values_by_name(directory: Path, name: str, value: Any) -> None:
    done = plan(directory, REQUIRED | {name: value})

    assert done.returncode == 1
    assert name in done.stderr


@pytest.mark.parametrize("name", REQUIRED)
def test_who_and_where_have_no_default(directory: Path, name: str) -> None:
    done = plan(directory, {key: value for key, value in REQUIRED.items() if key != name})

    assert f'The root module input variable "{name}" is not set' in " ".join(done.stderr.split())


def test_every_variable_is_typed_described_and_never_null(config: JsonObject) -> None:
    wanted = {"type", "description", "nullable"}

    assert [name for name, block in config["variable"].items() if not wanted <= block.keys()] == []
    assert [name for name, block in config["variable"].items() if block["nullable"]] == []


def test_every_rule_has_a_bad_value_above(configs: dict[str, JsonObject]) -> None:
    validated = {name for name, block in configs["premium"]["variable"].items() if "validation" in block}

    assert validated <= {name for name, _ in BAD}
