"""A fleet of tenants that need no provider: each owns a `terraform_data`, whose life a test controls."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.pipeline.projects import COMMAND, Project, new_project, tier_config, variable, write_app

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.json_types import JsonObject
    from tests.sandbox_fixtures import RunningSandbox

# How a CI runner ends a step: SIGINT to its first process, SIGTERM, SIGKILL (facts of GitHub's runner, made shorter).
SECONDS_TO_TERM = 0.75
SECONDS_TO_KILL = 0.25


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Registered tenants, and what a test does to them."""

    project: Project
    broken: Path
    """A folder: a tenant of which a file of its name is in here fails."""
    log: Path
    """A file with a line for each time that a tenant was really applied."""

    def json(self, *arguments: str) -> Any:
        """Run a command that must succeed, and read what it printed."""
        return json.loads(self.project.do(*arguments, "--output", "json"))

    def publish(self, revision: str, *, seconds: float = 0.0, **resource: object) -> str:
        """Publish a version of the template whose apply takes a while and leaves a line in the log."""
        write_app(self.project.directory, {"basic": self._config(revision, seconds, resource)})
        self.project.do("template", "build")
        return str(self.json("template", "publish")["version"])

    def publish_tiers(self, *tiers: str) -> str:
        """Publish a version of the template that has these tiers, which differ in a variable."""
        configs = {tier: tier_config(**{tier: variable("string", default="")}) for tier in tiers}
        write_app(self.project.directory, configs)
        self.project.do("template", "build")
        return str(self.json("template", "publish")["version"])

    def register(self, names: Sequence[str], rings: Mapping[str, Sequence[str]] | None = None) -> None:
        """Register tenants, in rings by their names."""
        ring_of = {name: ring for ring, members in (rings or {}).items() for name in members}
        tenants = [{"tenant_id": name, "tier": "basic", "ring": ring_of.get(name, "general")} for name in names]
        file = self.project.directory / "tenants.json"
        file.write_text(json.dumps({"tenants": tenants}))
        self.project.do("tenant", "import", str(file))

    def break_down(self, *names: str) -> None:
        """Let the next apply of tenants fail."""
        for name in names:
            (self.broken / name).touch()

    def repair(self) -> None:
        """Remove the cause of all failures."""
        for file in self.broken.iterdir():
            file.unlink()

    def applies(self) -> list[str]:
        """Give the tenants in the order in which the engine really applied something to them."""
        return self.log.read_text().split() if self.log.exists() else []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and let it run."""
        return subprocess.Popen(
            [str(COMMAND), *arguments],
            cwd=self.project.directory,
            env={name: value for name, value in self.project.environment.items() if value},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def tenants(self) -> dict[str, Any]:
        """Give every tenant's row."""
        return {tenant["tenant_id"]: tenant for tenant in self.json("tenant", "list")}

    def versions(self) -> dict[str, str | None]:
        """Give the version that each tenant is on, where its last operation ended well."""
        return {
            name: tenant["applied"]["version"] if tenant["applied"] and tenant["status"] == "active" else None
            for name, tenant in self.tenants().items()
        }

    def _config(self, revision: str, seconds: float, resource: Mapping[str, object]) -> JsonObject:
        config = tier_config(broken=variable("string", default=str(self.broken)))
        config["resource"]["terraform_data"]["work"] = {
            "triggers_replace": [revision],
            "provisioner": [
                {"local-exec": {"command": f"sleep {seconds}; echo ${{var.tenant_id}} >> {self.log}"}},
            ],
            "lifecycle": [
                {
                    "precondition": [
                        {
                            "condition": '${!fileexists("${var.broken}/${var.tenant_id}")}',
                            "error_message": "${var.tenant_id} is broken on purpose.",
                        }
                    ]
                }
            ],
            **resource,
        }
        return config


def make_fleet(directory: Path, sandbox: RunningSandbox, prefix: str) -> Fleet:
    """Make a project with a control plane and a published template, and nobody in it yet."""
    (directory / "broken").mkdir()
    project = new_project(directory, sandbox, prefix)
    fleet = Fleet(project=project, broken=directory / "broken", log=directory / "applied.log")
    project.do("bootstrap")
    fleet.publish("one")
    return fleet


def locks(fleet: Fleet, sandbox: RunningSandbox) -> list[str]:
    """List the states that are locked."""
    table = fleet.json("config", "show")["lock_table"]["value"]
    items = sandbox.client("dynamodb").scan(TableName=table)["Items"]
    return [item["LockID"]["S"] for item in items if "Info" in item]


def cancel_like_a_runner(process: subprocess.Popen[str]) -> str:
    """End a command as a CI runner does, and give what it said."""
    for number, seconds in ((signal.SIGINT, SECONDS_TO_TERM), (signal.SIGTERM, SECONDS_TO_KILL), (signal.SIGKILL, 5)):
        process.send_signal(number)
        deadline = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        if process.poll() is not None:
            break
    return process.communicate()[0]
