"""Measures a fleet: rollouts against bare engine runs and the naive loop, and selecting among many that are current.

Every ratio comes from runs of this very process that alternate, so that a machine whose speed drifts does not matter.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

import boto3
from bench_project import PIPELINE, bare_apply, command, engine_of, register, sandboxed_project, timed

from pipeline.adapters.dynamodb_items import to_attributes
from pipeline.values.identifiers import Ring, TemplateVersion, TenantId
from pipeline.values.manifest import from_json
from pipeline.values.tenant import Applied, Status, Tenant
from pipeline.values.tenant_item import to_item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.values.manifest import Manifest
    from tests.project import Project

CONCURRENCY = 4
ROUNDS = 3
ROUNDS_OF_SOME = 7  # short ones, of which a busy machine spoils some
TENTH = 10
FEW, SOME, MANY = 10, 40, 400
BATCH = 25
KB_PER_MB = 1024  # ru_maxrss counts kilobytes on Linux


class Fleet:
    """Tenants that go back and forth between two versions of the template."""

    def __init__(self, project: Project, names: list[str]) -> None:
        self._project = project
        self.names = names
        old = project.json("template", "show")["version"]
        project.edit_template("tenant_stack/identity.py", "default=60,", "default=45,")
        new = project.json("template", "build")["version"]
        project.ok("template", "publish")
        self._versions: list[str] = [old[:12], new[:12]]

    def other_version(self) -> str:
        """Turn to the version that the tenants are not on."""
        self._versions.reverse()
        return self._versions[0]

    def roll_out(self, version: str) -> None:
        """Bring everybody to a version by a rollout."""
        self._project.ok("rollout", "start", "--version", version)
        self._project.ok("rollout", "run", "-j", str(CONCURRENCY))

    def write_workspaces(self, version: str, names: list[str]) -> None:
        """Make the directories ready for the engine, for a version."""
        self._project.ok("workspace", "write", *names, "--version", version)

    def bare(self, names: list[str]) -> None:
        """Plan and apply in ready directories with nothing but the engine."""
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(lambda name: bare_apply(self._project, name), names))

    def naive(self, names: list[str]) -> None:
        """Do what a loop over all tenants does: init, plan, apply."""
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(self._naive, names))

    def forget_inits(self, names: list[str]) -> None:
        """Leave the directories as a fresh checkout has them."""
        for name in names:
            shutil.rmtree(self._project.workspace(name) / ".terraform")

    def _naive(self, name: str) -> None:
        directory = self._project.workspace(name)
        command(
            engine_of(self._project), "init", "-input=false", directory=directory, environment=self._project.environment
        )
        bare_apply(self._project, name)


def against_bare(fleet: Fleet, count: int, rounds: int) -> tuple[float, float]:
    """Compare a rollout to bare runs; gives the median of the rounds' ratios, and the rollout's seconds per tenant.

    Each round begins with the other of the two, so that neither has the warmer machine or the shorter way.
    """
    names = fleet.names[:count]

    def ours() -> float:
        version = fleet.other_version()
        return timed(partial(fleet.roll_out, version))

    def theirs() -> float:
        version = fleet.other_version()
        fleet.write_workspaces(version, names)
        seconds = timed(partial(fleet.bare, names))
        fleet.roll_out(version)  # tells the registry where the bare runs left the tenants
        return seconds

    pairs: list[tuple[float, float]] = []
    for number in range(rounds):
        if number % 2:
            bare = theirs()
            pairs.append((ours(), bare))
        else:
            pairs.append((ours(), theirs()))
    rounds_said = ", ".join(f"{rollout:.1f} s / {bare:.1f} s" for rollout, bare in pairs)
    print(f"{count} tenants: rollout / bare {rounds_said}", flush=True)
    return median(rollout / bare for rollout, bare in pairs), median(rollout for rollout, _ in pairs) / count


def against_naive(project: Project, fleet: Fleet, count: int) -> tuple[float, float]:
    """Compare a rollout to the naive loop: where all change, and where one in ten does."""
    names = fleet.names[:count]
    version = fleet.other_version()
    fleet.write_workspaces(version, names)
    fleet.forget_inits(names)
    naive = timed(partial(fleet.naive, names))
    fleet.roll_out(version)  # tells the registry where the naive loop left the tenants
    version = fleet.other_version()
    everybody = naive / timed(partial(fleet.roll_out, version))
    for name in names[::TENTH]:
        project.ok("tenant", "set", name, "--input", "access_token_minutes=31")
    ours = timed(partial(fleet.roll_out, version))
    fleet.forget_inits(names)
    tenth = timed(partial(fleet.naive, names)) / ours
    for name in names[::TENTH]:
        project.ok("tenant", "set", name, "--unset", "access_token_minutes")
    fleet.roll_out(version)
    print(f"{count} tenants: naive loop {everybody:.2f} x a rollout of all, {tenth:.1f} x of a tenth", flush=True)
    return everybody, tenth


def nothing_to_do(project: Project, counts: tuple[int, ...]) -> Iterator[tuple[float, float]]:
    """Time `rollout start` among tenants that are all current; gives seconds and peak MB per count."""
    manifest = from_json(project.json("template", "show"))
    written = 0
    for count in counts:
        _register_current(project, manifest, range(written, count))
        written = count
        runs = [_start(project) for _ in range(ROUNDS)]
        seconds, megabytes = median(r[0] for r in runs), max(r[1] for r in runs)
        print(f"{count} current tenants: rollout start {seconds:.2f} s, {megabytes:.0f} MB", flush=True)
        yield seconds, megabytes


def _start(project: Project) -> tuple[float, float]:
    start = [PIPELINE, "rollout", "start"]
    with subprocess.Popen(start, cwd=project.directory, env=project.environment, stdout=subprocess.PIPE) as process:
        began = time.perf_counter()
        _, _, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        said = process.stdout.read() if process.stdout else b""
    if b"nothing to do" not in said:
        raise SystemExit(f"rollout start found something to do: {said.decode()}")
    return seconds, used.ru_maxrss / KB_PER_MB


def _register_current(project: Project, manifest: Manifest, numbers: range) -> None:
    """Write tenants as an apply leaves them; no command could make 100,000 in a benchmark's time."""
    environment = project.environment
    client = boto3.client(
        "dynamodb",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name="eu-central-1",
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    at = datetime.now(UTC)
    tenant = Tenant(tenant_id=TenantId("x"), tier="basic", ring=Ring.GENERAL, region="eu-central-1", created_at=at)
    applied = Applied(
        version=TemplateVersion(manifest.version),
        fingerprint="f" * 64,
        config_digest=manifest.config_digest("basic", engine_of(project)),
        specification_digest=tenant.specification_digest,
        at=at,
        duration=1.0,
    )
    current = replace(tenant, status=Status.ACTIVE, applied=applied, revision=1)
    for start in range(numbers.start, numbers.stop, BATCH):
        rows = [to_item(replace(current, tenant_id=TenantId(f"c-{n:06}"))) for n in range(start, start + BATCH)]
        client.batch_write_item(
            RequestItems={"bench-tenants": [{"PutRequest": {"Item": to_attributes(row)}} for row in rows]}
        )


def rollouts(project: Project) -> Iterator[tuple[str, float]]:
    """Measure rollouts of a few, some and many tenants."""
    register(project, [f"t-{number:03}" for number in range(FEW)])
    fleet = Fleet(project, [f"t-{number:03}" for number in range(MANY)])
    fleet.roll_out(fleet.other_version())
    _, few = against_bare(fleet, FEW, ROUNDS)
    register(project, fleet.names[FEW:SOME])
    fleet.roll_out(fleet.other_version())
    yield "rollout_vs_bare_40", round(against_bare(fleet, SOME, ROUNDS_OF_SOME)[0], 3)
    register(project, fleet.names[SOME:])
    fleet.roll_out(fleet.other_version())
    ratio, many = against_bare(fleet, MANY, ROUNDS)
    yield "rollout_vs_bare_400", round(ratio, 3)
    yield "slope_percent", round(100 * (many / few - 1), 1)
    everybody, tenth = against_naive(project, fleet, MANY)
    yield "naive_vs_rollout_all", round(everybody, 2)
    yield "naive_vs_rollout_tenth", round(tenth, 1)


def selecting(project: Project) -> Iterator[tuple[str, float]]:
    """Measure a start that finds nothing to do."""
    (noop_10k, mb_10k), (noop_100k, _) = nothing_to_do(project, (10_000, 100_000))
    yield "noop_10k_s", round(noop_10k, 2)
    yield "noop_10k_mb", round(mb_10k)
    yield "noop_100k_s", round(noop_100k, 2)


def main() -> None:
    """Measure everything, on a sandbox of its own each."""
    figures: dict[str, float] = {}
    for part in (rollouts, selecting):
        with sandboxed_project() as project:
            for name, figure in part(project):
                print(f"{name}: {figure}", flush=True)
                figures[name] = figure
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
