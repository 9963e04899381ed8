"""How the rollout commands tell what they found and did."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from pipeline.adapters.github import Level
from pipeline.commands.class_report import some
from pipeline.errors import HeldError, TenantsFailedError
from pipeline.output import OutputFormat, echo, echo_json, plural, table
from pipeline.values.identifiers import Ring, short
from pipeline.values.rollout import COUNTED, FINAL, Result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.adapters.github import GitHub
    from pipeline.json_types import JsonObject
    from pipeline.usecases.rollout_inputs import Misfits
    from pipeline.usecases.rollout_selection import Selected
    from pipeline.usecases.rollouts import Progress
    from pipeline.values.identifiers import TemplateVersion
    from pipeline.values.rollout import Rollout, TenantResult, Wave

MOST_NAMES_SHOWN = 20
HEADERS = ("WAVE", "RING", "DONE", "FAILURES", "NOT DONE")


def tell(results: Iterable[TenantResult], output: OutputFormat, github: GitHub) -> list[TenantResult]:
    """Print each result as it comes; gives them all, but only where they are printed at the end."""
    kept: list[TenantResult] = []
    for result in results:
        if result.result not in FINAL:
            github.annotate(Level.WARNING, result.summary, title=f"{result.tenant_id}: {result.result}")
        if output is OutputFormat.JSON:
            kept.append(result)
        else:
            summary = f": {result.summary}" if result.summary else ""
            echo(f"{result.tenant_id}: {result.result}{summary} ({result.seconds:.1f} s)")
    return kept


def report_end(found: Progress, output: OutputFormat) -> None:
    """Say how a rollout ended; raises where somebody is not on the version."""
    counts = found.counts()
    failed = sum(counts[result] for result in COUNTED)
    others = sum(count for result, count in counts.items() if result not in {*FINAL, *COUNTED, Result.HELD})
    if output is OutputFormat.TEXT:
        summary = ", ".join(f"{count} {result}" for result, count in sorted(counts.items()))
        echo(f"rollout {found.rollout.rollout_id} is through: {summary}")
    if failed or others:
        raise TenantsFailedError(
            f"{plural(failed + others, 'tenant')} not on the version",
            advice=f"pipeline rollout resume {found.rollout.rollout_id}, then run: who is done is left alone",
        )
    if counts[Result.HELD]:
        raise HeldError(
            f"{plural(counts[Result.HELD], 'tenant')} held by the guard",
            advice="pipeline rollout status names them; start again with --allow ADDRESS or --allow TYPE",
        )


def show_selection(
    version: TemplateVersion, waves: tuple[Wave, ...], selected: Selected, found: Misfits, output: OutputFormat
) -> None:
    """Show who would be taken, in which wave and why, and who would not, and why."""
    wave_of = {tenant: wave.number for wave in waves for shard in wave.shards for tenant in shard}
    if output is OutputFormat.JSON:
        echo_json(
            {
                "version": version,
                "taken": [{**asdict(c), "wave": wave_of[c.tenant_id]} for c in selected.candidates],
                "left_out": [asdict(s) for s in selected.skipped],
                **_misfits_document(found),
            }
        )
        return
    rows = sorted((wave_of[c.tenant_id], c.tenant_id, c.tier, c.ring, c.reason) for c in selected.candidates)
    if rows:
        echo(table(("WAVE", "TENANT", "TIER", "RING", "WHY"), rows))
    for skipped in selected.skipped:
        echo(f"left out: {skipped.tenant_id}: {skipped.reason}")
    for tenant, names in found.missing.items():
        echo(f"will fail: {tenant}: no value for {', '.join(names)}")
    _tell_undeclared(found, version)
    echo(
        f"{plural(len(rows), 'tenant')} would go to {short(version)} in {plural(len(waves), 'wave')}; nothing was done"
    )


def report_start(
    rollout: Rollout | None,
    version: TemplateVersion,
    waves: tuple[Wave, ...],
    selected: Selected,
    found: Misfits,
    output: OutputFormat,
) -> None:
    """Say what was started."""
    document = {
        "rollout_id": rollout.rollout_id if rollout else None,
        "status": rollout.status if rollout else "nothing to do",
        "version": version,
        "tenants": sum(wave.tenants for wave in waves),
        "left_out": len(selected.skipped),
        "waves": [
            {"wave": wave.number, "ring": wave.ring, "tenants": wave.tenants, "shards": _rows(wave)} for wave in waves
        ],
        **_misfits_document(found),
    }
    if output is OutputFormat.JSON:
        echo_json(document)
        return
    if rollout is None:
        echo(f"nothing to do: every tenant that takes part is on {short(version)}")
    else:
        echo(f"rollout {rollout.rollout_id} to {short(version)}: {plural(rollout.tenants, 'tenant')}")
        for wave in waves:
            budget = plural(wave.failures_allowed, "failure")
            shards = plural(len(wave.shards), "shard")
            echo(f"  wave {wave.number} ({wave.ring}): {plural(wave.tenants, 'tenant')} in {shards}, {budget} allowed")
        echo(f"Next: pipeline rollout run {rollout.rollout_id}")
    if selected.skipped:
        left_out = [f"{skipped.tenant_id} ({skipped.reason})" for skipped in selected.skipped]
        echo(f"left out: {some(left_out, MOST_NAMES_SHOWN)}")
    if found.missing:
        failing = [f"{tenant} (no value for {', '.join(names)})" for tenant, names in found.missing.items()]
        echo(f"will fail: {some(failing, MOST_NAMES_SHOWN)}")
    _tell_undeclared(found, version)


def _tell_undeclared(found: Misfits, version: TemplateVersion) -> None:
    for name, count in found.undeclared.items():
        echo(f"without effect: input {name} of {plural(count, 'tenant')}: {short(version)} does not declare it")


def _misfits_document(found: Misfits) -> JsonObject:
    return {"missing_inputs": found.missing, "undeclared_inputs": found.undeclared}


def _rows(wave: Wave) -> list[JsonObject]:
    return [
        {"wave": wave.number, "shard": number, "tenants": len(shard)} for number, shard in enumerate(wave.shards, 1)
    ]


def _matrix(waves: list[Wave]) -> str:
    """Give the rows of a ring's matrix job: what a job needs to find its shard, and no more."""
    rows = [{"wave": wave.number, "shard": n} for wave in waves for n in range(1, len(wave.shards) + 1)]
    return json.dumps(rows, separators=(",", ":"))


def start_outputs(rollout: Rollout | None, waves: tuple[Wave, ...]) -> dict[str, str]:
    """Give the outputs of a workflow's step: the rollout, and per ring the rows of its matrix."""
    rings = {str(ring): _matrix([wave for wave in waves if wave.ring is ring]) for ring in Ring}
    return {"rollout": rollout.rollout_id if rollout else "", **rings}


def rollout_document(rollout: Rollout) -> JsonObject:
    """Give a rollout as the JSON document that commands print."""
    return {**asdict(rollout), "budget": str(rollout.budget)}


def progress_text(found: Progress) -> str:
    """Show how far a rollout is."""
    rollout = found.rollout
    lines = [
        _title(found),
        f"started by {rollout.owner} at {rollout.started_at:%Y-%m-%d %H:%M:%S} UTC, budget {rollout.budget}"
        + (f", {rollout.run_url}" if rollout.run_url else ""),
        "",
        table(HEADERS, _wave_rows(found)),
    ]
    behind = _behind(found)
    return "\n".join([*lines, "", *behind] if behind else lines)


def progress_markdown(found: Progress) -> str:
    """Show how far a rollout is on a page of GitHub."""
    rows = [HEADERS, ["---"] * len(HEADERS), *_wave_rows(found)]
    cells = "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)
    behind = "\n".join(f"- {line}" for line in _behind(found))
    return f"### {_title(found)}\n\n{cells}\n\n{behind}\n"


def _title(found: Progress) -> str:
    rollout = found.rollout
    reason = f" ({rollout.reason})" if rollout.reason else ""
    return f"rollout {rollout.rollout_id} to {short(rollout.version)}: {rollout.status}{reason}"


def _wave_rows(found: Progress) -> list[list[object]]:
    rows: list[list[object]] = []
    for wave in found.waves:
        counts = found.counts(wave.number)
        done = sum(counts[result] for result in FINAL)
        others = ", ".join(f"{count} {result}" for result, count in sorted(counts.items()) if result not in FINAL)
        failures = f"{wave.failed}/{wave.failures_allowed}"
        rows.append([wave.number, wave.ring, f"{done}/{wave.tenants}", failures, others])
    return rows


def _behind(found: Progress) -> list[str]:
    """Name those who are not on the version, and why."""
    behind = [result for result in found.results if result.result not in FINAL]
    lines = [f"{result.tenant_id}: {result.result}: {result.summary}" for result in behind[:MOST_NAMES_SHOWN]]
    if len(behind) > MOST_NAMES_SHOWN:
        lines.append(f"and {len(behind) - MOST_NAMES_SHOWN} more: --output json has them all")
    return lines
