from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import InvalidInputError
from pipeline.settings import LockMode, Settings
from pipeline.values.identifiers import short
from pipeline.values.workspace import (
    backend_config,
    backend_file,
    check_complete,
    fingerprint,
    initialised_backend,
    looked_at_with,
    override_file,
    undeclared_inputs,
    variable_values,
)
from tests.pipeline.projects import tier_config, variable
from tests.pipeline.samples import TENANT, manifest_of, template_files

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject

SETTINGS = Settings(
    project_directory=Path("project"),
    region="eu-central-1",
    state_bucket="states",
    template_bucket="templates",
    tenants_table="tenants",
    rollouts_table="rollouts",
    lock_table="locks",
)
CONFIG = tier_config(note=variable("string", default="-"), account_role_arn=variable("string", default=""))
LOCKS = {"terraform": b"lock"}
MANIFEST = manifest_of(template_files({"basic": CONFIG, "premium": CONFIG | {"locals": {"a": 1}}}, LOCKS))


@pytest.mark.parametrize(
    ("mode", "locks"),
    [
        (LockMode.DYNAMODB, {"dynamodb_table": "locks"}),
        (LockMode.LOCKFILE, {"use_lockfile": True}),
        (LockMode.BOTH, {"dynamodb_table": "locks", "use_lockfile": True}),
    ],
)
def test_a_backend_is_written_in_full(mode: LockMode, locks: JsonObject) -> None:
    assert backend_config(replace(SETTINGS, lock_mode=mode), TENANT.tenant_id) == {
        "bucket": "states",
        "key": "tenants/acme/terraform.tfstate",
        "region": "eu-central-1",
        "encrypt": True,
        **locks,
    }


def test_the_environment_has_its_say_in_the_backend() -> None:
    config = backend_config(replace(SETTINGS, backend_overrides={"use_path_style": True}), TENANT.tenant_id)

    assert config["use_path_style"] is True


def test_the_initialised_backend_is_the_written_one() -> None:
    config = backend_config(SETTINGS, TENANT.tenant_id)

    assert backend_file(config)["terraform"]["backend"]["s3"] == config
    assert initialised_backend(config, "1.11.4") == {
        "version": 3,
        "terraform_version": "1.11.4",
        "backend": {"type": "s3", "config": config, "hash": 0},
    }


@pytest.mark.parametrize(
    ("providers", "written"),
    [
        ({"aws": [{"region": "x"}]}, {"provider": {"aws": [{"s3_use_path_style": True}]}}),
        (
            {"aws": [{}, {"alias": "us"}], "null": [{}]},
            {"provider": {"aws": [{"s3_use_path_style": True}, {"alias": "us", "s3_use_path_style": True}]}},
        ),
        ({"null": [{}]}, None),
        ({}, None),
    ],
)
def test_overrides_are_for_the_providers_of_the_config(providers: JsonObject, written: JsonObject | None) -> None:
    settings = replace(SETTINGS, provider_overrides={"aws": {"s3_use_path_style": True}})

    assert override_file(settings, {"provider": providers}) == written


def test_who_is_destroyed_is_kept_by_no_lifecycle() -> None:
    kept: JsonObject = {"lifecycle": {"prevent_destroy": True, "create_before_destroy": True}}
    listed: JsonObject = {"lifecycle": [{"prevent_destroy": True}]}
    others: JsonObject = {"bare": {}, "free": {"lifecycle": [{"prevent_destroy": False}]}}
    config: JsonObject = {"resource": {"aws_x": {"kept": kept, **others}, "aws_y": {"listed": [listed]}}}

    free = {"lifecycle": {"prevent_destroy": False}}
    assert override_file(SETTINGS, config) is None
    assert override_file(SETTINGS, config, to_destroy=True) == {
        "resource": {"aws_x": {"kept": free}, "aws_y": {"listed": free}}
    }


def test_a_row_fills_the_variables_that_are_the_registrys() -> None:
    tenant = replace(TENANT, account_role="arn:aws:iam::123456789012:role/deploy")

    assert variable_values(tenant, MANIFEST.tier("basic")) == {
        "tenant_id": "acme",
        "region": "eu-central-1",
        "account_role_arn": "arn:aws:iam::123456789012:role/deploy",
        "seats": 7,
    }


@pytest.mark.parametrize(
    ("role", "name", "taken"),
    [
        ("arn:aws:iam::1:role/deploy", "", "arn:aws:iam::1:role/deploy"),
        ("arn:aws:iam::1:role/path/deploy", "reader", "arn:aws:iam::1:role/reader"),
        ("", "reader", ""),
    ],
)
def test_a_job_that_only_looks_takes_on_another_role_of_the_same_account(role: str, name: str, taken: str) -> None:
    settings = replace(SETTINGS, account_role_name=name)

    assert looked_at_with(settings, replace(TENANT, account_role=role)).account_role == taken


def test_a_variable_that_is_not_declared_gets_no_value() -> None:
    manifest = manifest_of(template_files({"basic": {"variable": {"tenant_id": variable("string")}}}))

    assert variable_values(replace(TENANT, inputs={}), manifest.tier("basic")) == {"tenant_id": "acme"}


def test_an_input_of_another_version_gets_no_value() -> None:
    tenant = replace(TENANT, inputs={"seats": 7, "colour": "red"})

    assert "colour" not in variable_values(tenant, MANIFEST.tier("basic"))
    assert undeclared_inputs(tenant, MANIFEST.tier("basic")) == ("colour",)
    assert fingerprint(MANIFEST, tenant, "terraform") == fingerprint(MANIFEST, TENANT, "terraform")


def test_an_input_without_a_value_is_named() -> None:
    config = tier_config(team=variable("string"), cost_center=variable("string"), note=variable("string", default="-"))
    manifest = manifest_of(template_files({"basic": config}))

    with pytest.raises(InvalidInputError) as refusal:
        check_complete(TENANT, manifest)

    assert refusal.value.message == (
        f"tenant acme has no value for cost_center, team, which version {short(manifest.version)} requires"
    )
    assert refusal.value.advice == "pipeline tenant set acme --input cost_center=... --input team=..."
    check_complete(replace(TENANT, inputs={"team": "a", "cost_center": "b"}), manifest)


@pytest.mark.parametrize(
    "change",
    [
        {"tier": "premium"},
        {"region": "us-east-1"},
        {"account_role": "arn:aws:iam::123456789012:role/deploy"},
        {"inputs": {"seats": 8}},
        {"inputs": {"seats": 7, "note": "x"}},
        {"inputs": {}},
    ],
)
def test_a_fingerprint_changes_with_what_the_registry_gives(change: dict[str, Any]) -> None:
    assert fingerprint(MANIFEST, replace(TENANT, **change), "terraform") != fingerprint(MANIFEST, TENANT, "terraform")


@pytest.mark.parametrize("change", [{"ring": "canary"}, {"revision": 7}, {"pinned": "ab" * 32}, {"last_error": "x"}])
def test_a_fingerprint_stays_with_what_changes_no_resource(change: dict[str, Any]) -> None:
    assert fingerprint(MANIFEST, replace(TENANT, **change), "terraform") == fingerprint(MANIFEST, TENANT, "terraform")


@pytest.mark.parametrize(
    ("configs", "locks", "same"),
    [
        ({"basic": CONFIG}, LOCKS, True),
        ({"basic": CONFIG, "premium": CONFIG}, LOCKS, True),
        ({"basic": CONFIG | {"locals": {"b": 1}}}, LOCKS, False),
        ({"basic": CONFIG}, {"terraform": b"other"}, False),
        ({"basic": CONFIG}, {}, False),
        ({"basic": CONFIG}, {**LOCKS, "tofu": b"other"}, True),
    ],
    ids=["the same", "another tier", "another config", "another lock file", "no lock file", "another engine's lock"],
)
def test_a_fingerprint_changes_with_the_tier_and_its_lock_file(
    configs: dict[str, JsonObject], locks: dict[str, bytes], *, same: bool
) -> None:
    other = fingerprint(manifest_of(template_files(configs, locks)), TENANT, "terraform")

    assert (other == fingerprint(MANIFEST, TENANT, "terraform")) is same
