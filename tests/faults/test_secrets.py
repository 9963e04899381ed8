"""Sensitive inputs: hidden wherever a tenant is shown, carried by an export alone, gone with the tenant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.pipeline.projects import tier_config, variable, write_app

if TYPE_CHECKING:
    from tests.faults.fleet import Fleet

SECRET = "s3cr3t-" + "value"
SHOWING = (
    "tenant show a1",
    "tenant show a1 --output json",
    "tenant list --output json",
    "tenant pin a1 --off --output json",
)


@pytest.fixture
def version(fleet: Fleet) -> str:
    """Give a version with a sensitive variable; one tenant of it has a secret and is pinned."""
    config = tier_config(password=variable("string", default="", sensitive=True))
    write_app(fleet.project.directory, {"basic": config})
    fleet.project.do("template", "build")
    published: str = fleet.json("template", "publish")["version"]
    inputs = ("--input", f"password={SECRET}", "--input", "seats=7")
    assert SECRET not in fleet.project.do("tenant", "add", "a1", "--tier", "basic", *inputs, "--output", "json")
    fleet.project.do("apply", "a1")
    return published


def test_a_secret_is_shown_nowhere(fleet: Fleet, version: str) -> None:
    assert 'password (string, default ""): A variable.  (sensitive)' in fleet.project.do(
        "template", "show", version[:12]
    )
    for command in SHOWING:
        assert SECRET not in fleet.project.do(*command.split()), command
    shown = fleet.json("tenant", "show", "a1")
    assert shown["inputs"] == shown["applied"]["inputs"] == {"password": "(sensitive)", "seats": 7}

    fleet.publish("without")  # a version that does not know the variable says nothing of its secrecy
    for command in SHOWING:
        assert SECRET not in fleet.project.do(*command.split()), command


def test_a_secret_goes_with_its_tenant(fleet: Fleet, version: str) -> None:
    assert version
    fleet.project.do("destroy", "a1", "--yes")
    shown = fleet.json("tenant", "show", "a1")
    assert (shown["status"], shown["tier"], shown["inputs"]) == ("deleted", "basic", {})


def test_an_export_is_whole_and_for_its_owner_alone(fleet: Fleet, version: str) -> None:
    fleet.project.do("tenant", "pin", "a1", version[:12])
    file = fleet.project.directory / "export.json"
    fleet.project.do("tenant", "export", str(file))
    fleet.publish("without")

    assert file.stat().st_mode & 0o777 == 0o600
    (exported,) = json.loads(file.read_text())["tenants"]
    assert (exported["inputs"], exported["pinned"]) == ({"password": SECRET, "seats": 7}, version)

    fleet.project.do("destroy", "a1", "--yes")
    fleet.project.do("tenant", "import", str(file), "--reuse-id")
    assert fleet.json("tenant", "show", "a1")["pinned"] == version
    fleet.project.do("apply", "a1")
    assert fleet.versions() == {"a1": version}
