"""Destroying what its template wants to keep."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from pipeline.adapters.engine import PROTECTION_LOG, apply_summary
from tests.pipeline.projects import tier_config, variable, write_app

if TYPE_CHECKING:
    from tests.faults.fleet import Fleet

FAILED = 11
LONGER_THAN_A_TEST = 60


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


def test_who_is_interrupted_after_the_unlocking_is_not_taken_for_untouched(fleet: Fleet) -> None:
    config = tier_config(deletion_protection=variable("bool", default=True))
    config["resource"]["terraform_data"] |= {
        "locked": {"input": "${var.deletion_protection}"},
        "lasting": {
            "depends_on": ["terraform_data.locked"],  # so it goes first, and takes longer than a test
            "provisioner": [{"local-exec": {"when": "destroy", "command": f"sleep {LONGER_THAN_A_TEST}"}}],
        },
    }
    write_app(fleet.project.directory, {"basic": config})
    fleet.project.do("template", "build")
    fleet.project.do("template", "publish")
    fleet.register(["acme"])
    fleet.project.do("apply", "acme")
    log = fleet.project.directory / ".pipeline" / "workspaces" / "acme" / PROTECTION_LOG

    destroy = fleet.start("destroy", "acme", "--yes")
    while not log.exists() or apply_summary(log.read_text()) is None:
        assert destroy.poll() is None, destroy.communicate()[0]
        time.sleep(0.01)
    destroy.send_signal(signal.SIGINT)
    assert "interrupted half-way" in destroy.communicate()[0]

    assert fleet.tenants()["acme"]["status"] == "failed"
    (applied,) = fleet.json("apply", "acme")
    assert (applied["outcome"], applied["changed"]) == ("changed", 1)
