"""Inputs that come and go with versions of the template: to the next version, back, and in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pipeline.projects import tier_config, variable, write_app

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from tests.faults.fleet import Fleet

TENANTS = ["alpha", "beta"]
REFUSED = 2
FAILED = 11
COST_CENTER = variable("string", validation=[{"condition": '${var.cost_center != "0"}', "error_message": "Not 0."}])


def publish(fleet: Fleet, **variables: JsonObject) -> str:
    """Publish a version whose tier has these variables beside those that every version has."""
    write_app(fleet.project.directory, {"basic": tier_config(**variables)})
    fleet.project.do("template", "build")
    return str(fleet.json("template", "publish")["version"])


@pytest.fixture
def first(fleet: Fleet) -> str:
    """Give the version that two tenants are on."""
    version = publish(fleet, note=variable("string", default="-"))
    fleet.register(TENANTS)
    fleet.project.do("apply", "--all")
    return version


@pytest.fixture
def second(fleet: Fleet, first: str) -> str:
    """Give a version that requires an input more than the one that the tenants are on."""
    assert first
    return publish(fleet, cost_center=COST_CENTER)


def set_on_all(fleet: Fleet) -> None:
    for name in TENANTS:
        fleet.project.do("tenant", "set", name, "--input", f"cost_center={name}-1")


def test_inputs_for_the_next_version_disturb_nothing_of_the_one_before(fleet: Fleet, first: str, second: str) -> None:
    set_on_all(fleet)
    fleet.project.do("drift")
    rollout = fleet.json("rollout", "start")["rollout_id"]
    fleet.project.do("rollout", "run")

    fleet.project.do("rollback", "alpha")
    assert fleet.versions() == {"alpha": first, "beta": second}
    fleet.project.do("drift", "alpha")
    fleet.project.do("tenant", "pin", "alpha", "--off")
    fleet.project.do("apply", "alpha")
    fleet.project.do("rollback", "--rollout", rollout)

    assert fleet.versions() == dict.fromkeys(TENANTS, first)
    assert fleet.tenants()["beta"]["inputs"] == {"cost_center": "beta-1"}
    fleet.project.do("tenant", "set", "beta", "--unset", "cost_center")
    assert "up to date" in fleet.project.do("apply", "beta")
    assert "nothing to do" in fleet.project.do("rollout", "start"), "an input without effect keeps it selected"


def test_drift_and_destroy_use_what_was_applied(fleet: Fleet, first: str, second: str) -> None:
    set_on_all(fleet)
    fleet.project.do("apply", "--all")
    fleet.project.do("template", "promote", first[:12])
    for name in TENANTS:
        fleet.project.do("tenant", "set", name, "--unset", "cost_center")

    assert fleet.versions() == dict.fromkeys(TENANTS, second)
    fleet.project.do("drift")
    fleet.project.do("destroy", "--all", "--yes")
    assert fleet.json("tenant", "list") == []


def test_a_rollout_tells_whose_inputs_do_not_fit(fleet: Fleet, second: str) -> None:
    fleet.project.do("tenant", "set", "alpha", "--input", "cost_center=1")
    third = publish(fleet, team=variable("string"))

    told = fleet.project.do("rollout", "start", "--dry-run")
    started = fleet.json("rollout", "start", "--version", second[:12])

    assert "will fail: alpha: no value for team\nwill fail: beta: no value for team\n" in told
    assert f"without effect: input cost_center of 1 tenant: {third[:12]} does not declare it" in told
    assert started["missing_inputs"] == {"beta": ["cost_center"]}
    assert started["undeclared_inputs"] == {}
    shown = fleet.project.do("tenant", "show", "alpha")
    assert "no effect:    cost_center: its version does not declare this input" in shown
    assert fleet.json("tenant", "show", "alpha")["undeclared_inputs"] == ["cost_center"]


def test_a_missing_input_is_told_before_anything_is_done(fleet: Fleet, second: str) -> None:
    before = fleet.tenants()

    done = fleet.project.run("apply", "alpha")

    assert done.returncode == FAILED
    assert f"tenant alpha has no value for cost_center, which version {second[:12]} requires" in done.stdout
    assert "try: pipeline tenant set alpha --input cost_center=..." in done.stderr
    assert fleet.tenants() == before


def test_other_changes_do_not_wait_for_a_missing_input(fleet: Fleet, second: str) -> None:
    assert second
    fleet.project.do("tenant", "set", "alpha", "--ring", "canary")
    fleet.project.do("tenant", "set", "alpha", "--input", "seats=6")
    refused = fleet.project.run("tenant", "set", "alpha", "--input", "cost_center=0")
    assert (refused.returncode, "Not 0." in refused.stderr) == (REFUSED, True)
    fleet.project.do("tenant", "set", "alpha", "--input", "cost_center=1")

    refused = fleet.project.run("tenant", "set", "alpha", "--unset", "cost_center")

    assert (refused.returncode, "cost_center" in refused.stderr) == (REFUSED, True)
    assert fleet.tenants()["alpha"]["inputs"] == {"seats": 6, "cost_center": "1"}


def test_a_pinned_tenant_takes_the_inputs_of_its_version(fleet: Fleet, first: str, second: str) -> None:
    assert second
    fleet.project.do("tenant", "pin", "alpha", first[:12])

    fleet.project.do("tenant", "set", "alpha", "--input", "note=kept")

    fleet.project.do("apply", "alpha")
    assert fleet.tenants()["alpha"]["applied"]["inputs"] == {"note": "kept"}


def test_a_rollback_after_a_failed_update_undoes_only_that(fleet: Fleet, first: str) -> None:
    second = fleet.publish("two")
    fleet.project.do("apply", "alpha")
    fleet.break_down("alpha")
    fleet.publish("three")
    assert fleet.project.run("apply", "alpha").returncode == FAILED
    fleet.repair()

    fleet.project.do("rollback", "alpha")

    assert fleet.versions() == {"alpha": second, "beta": first}


def test_a_number_that_the_registry_cannot_hold_is_refused(fleet: Fleet) -> None:
    fleet.register(["alpha"])

    for value in ("9" * 50, "NaN", "Infinity", "-Infinity", "1e400", "1e200"):
        done = fleet.project.run("tenant", "set", "alpha", "--input", f"seats={value}")

        assert done.returncode == REFUSED, (value, done.stderr)
        assert "input seats has a number that the registry cannot hold" in done.stderr, value
