"""Rollouts over many tenants: the budget, several runners at once, resuming, those who are busy or come late."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.faults.fleet import Fleet
    from tests.sandbox_fixtures import RunningSandbox

TENANTS = [f"t-{number:02}" for number in range(24)]
RINGS = {"canary": TENANTS[:4], "early": TENANTS[4:12], "general": TENANTS[12:]}
BUDGET_SPENT = 11


def results_of(fleet: Fleet, rollout: str) -> dict[str, Any]:
    return {result["tenant_id"]: result for result in fleet.json("rollout", "status", rollout)["results"]}


def check_that_nobody_was_begun_after_the_budget_was_spent(results: dict[str, Any], wave: int, allowed: int) -> None:
    failures = sorted(r["ended_at"] for r in results.values() if r["wave"] == wave and r["result"] == "failed")
    assert len(failures) > allowed
    spent_at = failures[allowed]
    assert not [r for r in results.values() if r["started_at"] > spent_at]


def test_a_rollout_stops_by_its_budget_and_resumes(fleet: Fleet) -> None:
    fleet.register(TENANTS, RINGS)
    broken = RINGS["early"][2:5]
    fleet.break_down(*broken)
    started = fleet.json("rollout", "start", "--budget", "1")
    rollout = started["rollout_id"]
    assert [(wave["ring"], wave["tenants"]) for wave in started["waves"]] == [
        ("canary", 4),
        ("early", 8),
        ("general", 12),
    ]

    done = fleet.project.run("rollout", "run", "-j", "2")

    assert done.returncode == BUDGET_SPENT, done.stdout + done.stderr
    assert "wave 2 (early) stopped:" in done.stderr
    results = results_of(fleet, rollout)
    assert {name for name, r in results.items() if r["result"] == "failed"} <= set(broken)
    assert not set(results) & set(RINGS["general"])
    check_that_nobody_was_begun_after_the_budget_was_spent(results, 2, 1)
    assert fleet.json("rollout", "list")[0]["status"] == "stopped"
    assert fleet.project.run("rollout", "run").returncode == BUDGET_SPENT, "it went on without being resumed"

    fleet.repair()
    fleet.project.do("rollout", "resume")
    fleet.project.do("rollout", "run", "-j", "2")

    assert set(fleet.versions().values()) == {started["version"]}
    assert Counter(fleet.applies()) == Counter(TENANTS), "somebody was applied twice"
    attempts = {name: r["attempts"] for name, r in results_of(fleet, rollout).items()}
    assert {name for name, count in attempts.items() if count > 1} <= set(broken)
    assert "nothing to do" in fleet.project.do("rollout", "start")


def test_four_runners_at_once_keep_to_one_budget(fleet: Fleet) -> None:
    fleet.register(TENANTS)
    broken = TENANTS[::3]
    fleet.break_down(*broken)
    started = fleet.json("rollout", "start", "--budget", "2", "--shards", "4")
    rollout, shards = started["rollout_id"], [shard["shard"] for shard in started["waves"][0]["shards"]]
    assert len(shards) == 1, "a shard is worth its set-up"

    runners = [fleet.start("rollout", "run", rollout, "--wave", "1", "--shard", "1", "-j", "1") for _ in range(4)]
    said = [runner.communicate()[0] for runner in runners]

    assert {runner.returncode for runner in runners} == {BUDGET_SPENT}, said
    results = results_of(fleet, rollout)
    check_that_nobody_was_begun_after_the_budget_was_spent(results, 1, 2)

    fleet.repair()
    fleet.project.do("rollout", "resume")
    runners = [fleet.start("rollout", "run", rollout, "--wave", "1", "-j", "1") for _ in range(4)]
    said = [runner.communicate()[0] for runner in runners]

    assert {runner.returncode for runner in runners} == {0}, said
    fleet.project.do("rollout", "run", rollout)
    assert set(fleet.versions().values()) == {started["version"]}
    assert Counter(fleet.applies()) == Counter(TENANTS), "somebody was applied twice"


def test_a_dry_run_says_who_and_why_and_does_nothing(fleet: Fleet) -> None:
    fleet.register(["a1", "a2", "a3"], {"canary": ["a2"]})
    first = fleet.json("template", "list")[0]["version"]
    fleet.project.do("apply", "a1")
    fleet.publish("two")
    fleet.project.do("tenant", "pin", "a3", first[:12])

    told = fleet.project.do("rollout", "start", "--dry-run")

    assert re.search(rf"1 +a2 +basic +canary +never applied\n2 +a1 +basic +general +on {first[:12]}\n", told)
    assert f"left out: a3: pinned to {first[:12]}" in told
    assert fleet.json("rollout", "list") == []
    assert fleet.applies() == ["a1"]


def test_tenants_of_a_tier_that_is_gone_are_left_out_by_name(fleet: Fleet) -> None:
    fleet.publish_tiers("basic", "old")
    fleet.register(["a1"])
    fleet.project.do("tenant", "add", "stays", "--tier", "old")
    fleet.project.do("apply", "--all")
    for tiers in (("basic", "other"), ("basic", "new")):  # gone for longer than one version
        fleet.publish_tiers(*tiers)
    latest = fleet.publish_tiers("basic")
    reason = f"{latest[:12]} has no tier old"
    fleet.project.do("tenant", "set", "a1", "--input", "seats=9")

    for mode in ((), ("--full",)):
        found = fleet.json("rollout", "start", "--dry-run", *mode)
        assert [taken["tenant_id"] for taken in found["taken"]] == ["a1"]
        assert found["left_out"] == [{"tenant_id": "stays", "reason": reason}]
    assert f"left out: stays ({reason})" in fleet.project.do("review")
    assert f"left out: stays ({reason})" in fleet.project.do("rollout", "start")
    fleet.project.do("rollout", "run")
    assert fleet.versions()["a1"] == latest


def test_who_was_registered_meanwhile_ends_on_the_version_too(fleet: Fleet) -> None:
    fleet.register(["a1"])
    version = fleet.json("rollout", "start")["version"]
    fleet.register(["late"])

    fleet.project.do("rollout", "run")

    assert fleet.versions() == {"a1": version, "late": version}


def test_a_busy_tenant_is_waited_for_and_then_reported(fleet: Fleet) -> None:
    fleet.publish("slow", seconds=3)
    fleet.register(["a1", "a2"])
    by_hand = fleet.start("apply", "a1")
    fleet.project.do("rollout", "start", "--shards", "1")
    while fleet.tenants()["a1"]["lease"] is None:
        assert by_hand.poll() is None

    impatient = fleet.project.run("rollout", "run", "--patience", "0")

    assert impatient.returncode == BUDGET_SPENT
    assert "a1: busy: tenant a1 is busy: apply by" in impatient.stdout
    fleet.project.do("rollout", "resume")
    fleet.project.do("rollout", "run")
    assert "a1: 2 added" in by_hand.communicate()[0]
    assert sorted(fleet.applies()) == ["a1", "a2"]


def test_an_expired_lease_is_taken_over_and_told(fleet: Fleet, sandbox: RunningSandbox) -> None:
    fleet.register(["a1"])
    past = "2026-01-01T00:00:00+00:00"
    lease = {"owner": "me@gone:1", "operation": "apply", "acquired_at": past, "expires_at": past}
    sandbox.client("dynamodb").update_item(
        TableName=fleet.json("config", "show")["tenants_table"]["value"],
        Key={"tenant_id": {"S": "a1"}},
        UpdateExpression="SET lease = :lease, #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":lease": {"M": {name: {"S": value} for name, value in lease.items()}},
            ":status": {"S": "creating"},
        },
    )
    fleet.project.do("rollout", "start")

    assert "took over from me@gone:1" in fleet.project.do("rollout", "run")


def test_a_state_that_stayed_on_a_lost_machine_is_given_up_only_by_name(fleet: Fleet, sandbox: RunningSandbox) -> None:
    fleet.register(["a1"])
    sandbox.client("dynamodb").update_item(
        TableName=fleet.json("config", "show")["tenants_table"]["value"],
        Key={"tenant_id": {"S": "a1"}},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "state-pending"}},
    )

    refused = fleet.project.run("apply", "a1")
    assert "the newest state of a1 is not in the bucket" in refused.stdout
    assert "pipeline settle --forget a1" in refused.stderr
    assert fleet.applies() == []

    assert fleet.tenants()["a1"]["status"] == "state-pending"
    fleet.project.do("settle", "--forget", "a1")
    fleet.project.do("apply", "a1")
    assert fleet.project.run("settle", "--forget", "a1").returncode == 6


def test_two_rollouts_never_work_at_the_same_time(fleet: Fleet) -> None:
    fleet.register(["a1"])
    first = fleet.json("rollout", "start")
    assert fleet.json("rollout", "start")["rollout_id"] == first["rollout_id"], "the same version is the same rollout"
    version = fleet.publish("two")

    refused = fleet.project.run("rollout", "start")
    assert refused.returncode == 6
    assert f"rollout {first['rollout_id']} is running" in refused.stderr

    second = fleet.json("rollout", "start", "--supersede")
    assert second["version"] == version
    assert {r["rollout_id"]: r["status"] for r in fleet.json("rollout", "list")} == {
        first["rollout_id"]: "cancelled",
        second["rollout_id"]: "running",
    }


def test_a_cancelled_rollout_takes_nobody_until_it_is_resumed(fleet: Fleet) -> None:
    fleet.register(["a1"])
    fleet.project.do("rollout", "start")
    fleet.project.do("rollout", "cancel")
    assert fleet.project.run("rollout", "run").returncode == BUDGET_SPENT
    assert fleet.applies() == []
    fleet.project.do("rollout", "resume")
    fleet.project.do("rollout", "run")
    assert fleet.applies() == ["a1"]


def test_a_tenant_whose_update_fails_goes_back_to_the_version_it_had(fleet: Fleet) -> None:
    fleet.register(["a1", "a2"])
    fleet.project.do("apply", "--all")
    first = fleet.versions()["a1"]
    fleet.publish(
        "two", provisioner=[{"local-exec": {"command": 'test "${var.tenant_id}" != a1'}}], triggers_replace=["two"]
    )
    fleet.project.do("rollout", "start", "--on-failure", "rollback", "--budget", "1")

    done = fleet.project.run("rollout", "run")

    assert done.returncode == BUDGET_SPENT
    assert "a1: rolled-back" in done.stdout
    assert fleet.versions()["a1"] == first
    assert fleet.versions()["a2"] != first
    assert "up to date" in fleet.project.do("apply", "a1", "--version", str(first)[:12])


def test_a_whole_rollout_goes_back(fleet: Fleet) -> None:
    fleet.register(["a1", "a2"])
    fleet.project.do("apply", "--all")
    before = fleet.versions()
    fleet.publish("two")
    rollout = fleet.json("rollout", "start")["rollout_id"]
    fleet.project.do("rollout", "run")
    assert fleet.versions() != before

    fleet.project.do("rollback", "--rollout", rollout)

    assert fleet.versions() == before
    assert {outcome["outcome"] for outcome in fleet.json("apply", "--all")} == {"unchanged"}


@pytest.mark.parametrize("mode", ["index", "--full"])
def test_selecting_finds_those_whose_inputs_changed(fleet: Fleet, mode: str) -> None:
    fleet.register(["a1", "a2"])
    fleet.project.do("apply", "--all")
    fleet.project.do("tenant", "set", "a2", "--input", "seats=9")

    selected = json.loads(
        fleet.project.do("rollout", "start", "--dry-run", "--output", "json", *(["--full"] if mode == "--full" else []))
    )

    assert [(taken["tenant_id"], taken["reason"]) for taken in selected["taken"]] == [("a2", "its inputs changed")]


def test_inputs_that_change_during_an_apply_are_kept(fleet: Fleet) -> None:
    fleet.publish("slow", seconds=4)
    fleet.register(["a1"])
    apply = fleet.start("apply", "a1")
    while fleet.tenants()["a1"]["lease"] is None:
        assert apply.poll() is None

    fleet.project.do("tenant", "set", "a1", "--input", "seats=9")

    assert "a1: 2 added" in apply.communicate()[0]
    row = fleet.tenants()["a1"]
    assert (row["inputs"], row["status"], row["lease"]) == ({"seats": 9}, "active", None)
    assert "a1: 0 added, 1 changed" in fleet.project.do("apply", "a1")
