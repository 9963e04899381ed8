"""Destroying what its template wants to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.fleet import Fleet


def test_what_the_template_keeps_from_destroy_goes_with_its_tenant(fleet: Fleet) -> None:
    fleet.publish("kept", lifecycle=[{"prevent_destroy": True}])
    fleet.register(["acme"])
    fleet.project.do("apply", "acme")

    (destroyed,) = fleet.json("destroy", "acme", "--yes")

    assert {resource["address"] for resource in destroyed["receipt"]["destroyed"]} == {
        "terraform_data.seats",
        "terraform_data.work",
    }
