"""Destroying what its template wants to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.fleet import Fleet

FAILED = 11


def test_what_the_template_keeps_from_destroy_goes_with_its_tenant(fleet: Fleet) -> None:
    fleet.publish("kept", lifecycle=[{"prevent_destroy": True}])
    fleet.register(["acme"])
    fleet.project.do("apply", "acme")

    (destroyed,) = fleet.json("destroy", "acme", "--yes")

    assert {resource["address"] for resource in destroyed["receipt"]["destroyed"]} == {
        "terraform_data.seats",
        "terraform_data.work",
    }


def test_the_receipt_tells_what_an_earlier_try_destroyed_too(fleet: Fleet) -> None:
    fails = {"local-exec": {"when": "destroy", "command": "test ! -e ${self.input}"}}
    fleet.publish("fails", input="${var.broken}/${var.tenant_id}", provisioner=[fails])
    fleet.register(["acme"])
    fleet.project.do("apply", "acme")
    fleet.break_down("acme")
    assert fleet.project.run("destroy", "acme", "--yes").returncode == FAILED
    assert [r["address"] for r in fleet.json("tenant", "show", "acme")["resources"]] == ["terraform_data.work"]
    fleet.repair()

    said = fleet.project.do("destroy", "acme", "--yes")

    assert said.startswith("acme: 2 resources destroyed, not looked for by tag, for the template sets none; receipt ")
