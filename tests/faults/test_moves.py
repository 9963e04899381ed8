"""What can still change of a tenant that was begun: where it lives, in which tier, whether it is there at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from pipeline.errors import ConflictError

if TYPE_CHECKING:
    from tests.faults.fleet import Fleet

FIRST, SECOND, OTHER = (
    f"arn:aws:iam::{name}" for name in ("111122223333:role/a", "111122223333:role/b", "4" * 12 + ":role/a")
)
FAILING: Final[dict[str, Any]] = {"provisioner": [{"local-exec": {"command": "exit 1"}}]}


def assert_refused(fleet: Fleet, *arguments: str, says: str) -> None:
    """Check that a command is refused as a conflict, and that no row changed."""
    before = fleet.tenants()
    done = fleet.project.run(*arguments)
    assert done.returncode == ConflictError.exit_code, done.stdout + done.stderr
    assert says in done.stderr
    assert fleet.tenants() == before


def test_a_tenant_whose_first_plan_failed_can_move_or_go(fleet: Fleet) -> None:
    fleet.register(["a1", "a2"])
    fleet.break_down("a1", "a2")
    assert fleet.project.run("apply", "--all").returncode
    assert {tenant["status"] for tenant in fleet.tenants().values()} == {"failed"}

    fleet.project.do("tenant", "set", "a1", "--region", "eu-west-1", "--account-role", FIRST)
    fleet.project.do("tenant", "remove", "a2")
    fleet.repair()
    fleet.project.do("apply", "--all")

    assert fleet.applies() == ["a1"]
    assert list(fleet.tenants()) == ["a1"]


def test_a_tenant_with_resources_stays_where_it_is(fleet: Fleet) -> None:
    fleet.project.do("tenant", "add", "a1", "--tier", "basic", "--account-role", FIRST)
    fleet.project.do("apply", "a1")

    assert_refused(fleet, "tenant", "set", "a1", "--region", "eu-west-1", says="may own resources in eu-central-1")
    for role in (OTHER, ""):
        assert_refused(fleet, "tenant", "set", "a1", "--account-role", role, says="of 111122223333")
    assert_refused(fleet, "tenant", "remove", "a1", says="may own resources")
    fleet.project.do("tenant", "set", "a1", "--account-role", SECOND)  # another role of the same account

    assert fleet.tenants()["a1"]["account_role"] == SECOND


def test_a_creation_that_failed_half_way_is_finished_first(fleet: Fleet) -> None:
    fleet.publish("two", **FAILING)
    fleet.register(["a1"])
    assert fleet.project.run("apply", "a1").returncode

    fleet.publish_tiers("basic", "other")
    for change in (("--region", "eu-west-1"), ("--account-role", OTHER)):
        assert_refused(fleet, "tenant", "set", "a1", *change, says="may own resources")
    assert_refused(fleet, "tenant", "set", "a1", "--tier", "other", says="did not come to its end")
    assert_refused(fleet, "tenant", "remove", "a1", says="may own resources")


@pytest.mark.parametrize("mode", [(), ("--full",)], ids=["index", "scan"])
def test_a_tenant_of_a_tier_that_is_gone_moves_to_one_that_is_there(fleet: Fleet, mode: tuple[str, ...]) -> None:
    fleet.publish_tiers("old")
    fleet.project.do("tenant", "add", "a1", "--tier", "old")
    fleet.project.do("apply", "a1")
    version = fleet.publish_tiers("new")

    fleet.project.do("tenant", "set", "a1", "--ring", "early")
    fleet.project.do("tenant", "set", "a1", "--tier", "new")
    fleet.project.do("rollout", "start", *mode)
    fleet.project.do("rollout", "run")

    assert fleet.versions() == {"a1": version}
    assert fleet.tenants()["a1"]["applied"]["tier"] == "new"
    fleet.project.do("destroy", "a1", "--yes")


def test_a_tenant_on_its_way_to_another_tier_is_destroyed_as_what_it_is(fleet: Fleet) -> None:
    fleet.publish_tiers("old")
    fleet.project.do("tenant", "add", "a1", "--tier", "old")
    fleet.project.do("apply", "a1")
    fleet.publish_tiers("new")
    fleet.project.do("tenant", "set", "a1", "--tier", "new")

    fleet.project.do("destroy", "a1", "--yes")

    assert fleet.json("tenant", "show", "a1")["status"] == "deleted"
