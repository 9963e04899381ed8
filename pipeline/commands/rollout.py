"""`pipeline rollout`: the whole fleet brought to one template version, wave by wave."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.errors import HeldError, InvalidInputError, TenantsFailedError
from pipeline.options import (
    allow_option,
    concurrency_option,
    on_failure_option,
    output_option,
    ring_filter,
    tier_filter,
)
from pipeline.output import OutputFormat, echo, echo_json, plural, table
from pipeline.params import BUDGET, ROLLOUT, VERSION
from pipeline.values.identifiers import Ring, short
from pipeline.values.rollout import COUNTED, FINAL, MOST_SHARDS, Result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.json_types import JsonObject
    from pipeline.usecases.rollout_selection import Selected
    from pipeline.usecases.rollouts import Progress
    from pipeline.values.identifiers import TemplateVersion
    from pipeline.values.rollout import Budget, OnFailure, Rollout, RolloutId, TenantResult, Wave

MOST_NAMES_SHOWN = 20

rollout_argument = click.argument("rollout_id", metavar="[ROLLOUT]", type=ROLLOUT, required=False)
attempt_option = click.option(
    "--attempt",
    type=click.IntRange(min=1),
    default=1,
    envvar="GITHUB_RUN_ATTEMPT",
    help="Attempt of the CI run; a later one resumes what stopped.  [default: GITHUB_RUN_ATTEMPT, else 1]",
)


@click.group()
def command() -> None:
    """Bring the whole fleet to one template version, wave by wave."""


@command.command()
@click.option("--version", type=VERSION, help="Template version, by its first digits.  [default: the stable one]")
@click.option("--budget", type=BUDGET, default="5%", show_default=True, help="Failures that each wave may have.")
@on_failure_option
@allow_option
@click.option("--max-deletions", type=click.IntRange(min=0), help="Deletions and replacements over all tenants.")
@click.option("--reviewed", is_flag=True, help="Apply only plans whose class was in `pipeline review`.")
@click.option("--shards", type=click.IntRange(1, MOST_SHARDS), default=MOST_SHARDS, help="Shards per wave at most.")
@tier_filter
@ring_filter
@click.option("--full", is_flag=True, help="Read every tenant instead of asking the index.")
@click.option("--dry-run", is_flag=True, help="Only say who would be taken, in which wave, and why.")
@attempt_option
@output_option
@pass_context
def start(
    context: Context,
    version: str | None,
    budget: Budget,
    on_failure: OnFailure,
    allow: tuple[str, ...],
    max_deletions: int | None,
    reviewed: bool,
    shards: int,
    tier: str | None,
    ring: Ring | None,
    full: bool,
    dry_run: bool,
    attempt: int,
    output: OutputFormat,
) -> None:
    """Select the tenants that are not on a version, cut them into waves and shards, and record it.

    Nothing is changed yet: `pipeline rollout run` does that. Where a rollout to the same version runs, it is that one.
    """
    from pipeline.commands import rollout_setting
    from pipeline.usecases.rollouts import Terms, plan_waves
    from pipeline.usecases.rollouts import start as start_rollout
    from pipeline.usecases.steps import now

    scope = rollout_setting.scope(context, version, tier=tier, ring=ring)
    terms = Terms(
        version=scope.manifest.version,
        budget=budget,
        on_failure=on_failure,
        tier=tier,
        ring=ring,
        allowed=allow,
        deletions_allowed=max_deletions,
        reviewed=reviewed,
        most_shards=shards,
        attempt=attempt,
    )
    rollout_setting.guard(context, terms.version, allowed=allow, reviewed=reviewed)  # refuses a missing review now
    selected = rollout_setting.select(context, scope, full=full)
    waves = plan_waves(selected, terms)
    if dry_run:
        _show_selection(terms.version, waves, selected, output)
        return
    rollout, waves = start_rollout(context.rollouts, context.runner, waves, terms, at=now())
    _report_start(rollout, terms.version, waves, selected, output)


@command.command()
@rollout_argument
@click.option("--wave", type=click.IntRange(min=1), help="Only this wave.")
@click.option("--shard", type=click.IntRange(min=1), help="Only this shard of the wave.")
@click.option(
    "--patience",
    type=click.IntRange(min=0),
    default=600,
    show_default=True,
    help="Seconds to wait for tenants that somebody else works on.",
)
@concurrency_option
@attempt_option
@output_option
@pass_context
def run(
    context: Context,
    rollout_id: RolloutId | None,
    wave: int | None,
    shard: int | None,
    patience: int,
    concurrency: int | None,
    attempt: int,
    output: OutputFormat,
) -> None:
    """Work through a rollout, one of its waves or one shard of it; whoever is done already is left alone.

    Without --wave it brings along who came to be outdated meanwhile, and ends the rollout.
    """
    from pipeline.commands import rollout_setting
    from pipeline.commands.interruption import orderly_interrupts
    from pipeline.usecases.rollouts import latest, progress, resume

    if shard is not None and wave is None:
        raise InvalidInputError("--shard needs --wave")
    wanted = rollout_id or latest(context.rollouts)
    rollout = context.rollouts.get(wanted)
    if attempt > rollout.attempt:
        rollout = resume(context.rollouts, wanted, attempt=attempt)
    working = rollout_setting.run(context, rollout, concurrency=concurrency, patience=patience)
    with orderly_interrupts(context.engine):
        shown = _tell(working.part(wave, shard), output)
    if output is OutputFormat.JSON:
        echo_json(shown)
    if wave is None:
        _raise_unless_clean(progress(context.rollouts, wanted))


@command.command()
@rollout_argument
@output_option
@pass_context
def status(context: Context, rollout_id: RolloutId | None, output: OutputFormat) -> None:
    """Show how far a rollout (the running one, else the last) is, and who is not on the version, and why."""
    from pipeline.usecases.rollouts import latest, progress

    found = progress(context.rollouts, rollout_id or latest(context.rollouts))
    if output is OutputFormat.JSON:
        echo_json(
            {
                **_rollout_document(found.rollout),
                "waves": [{**asdict(wave), "results": dict(found.counts(wave.number))} for wave in found.waves],
                "results": [asdict(result) for result in found.results],
            }
        )
    else:
        echo(_progress_text(found))


@command.command(name="list")
@output_option
@pass_context
def list_(context: Context, output: OutputFormat) -> None:
    """List all rollouts, newest first."""
    rollouts = context.rollouts.all()
    if output is OutputFormat.JSON:
        echo_json([_rollout_document(rollout) for rollout in rollouts])
        return
    rows = [(r.rollout_id, short(r.version), r.status, r.tenants, r.waves, r.owner, r.reason or None) for r in rollouts]
    echo(table(("ROLLOUT", "VERSION", "STATUS", "TENANTS", "WAVES", "STARTED BY", "REASON"), rows))


@command.command()
@rollout_argument
@output_option
@pass_context
def resume(context: Context, rollout_id: RolloutId | None, output: OutputFormat) -> None:
    """Let a rollout that stopped or was cancelled go on, with a fresh budget; `run` then does what is not done."""
    from pipeline.usecases.rollouts import latest
    from pipeline.usecases.rollouts import resume as resume_rollout

    rollout = resume_rollout(context.rollouts, rollout_id or latest(context.rollouts))
    if output is OutputFormat.JSON:
        echo_json(_rollout_document(rollout))
    else:
        echo(f"rollout {rollout.rollout_id} is running again; next: pipeline rollout run {rollout.rollout_id}")


@command.command()
@rollout_argument
@output_option
@pass_context
def cancel(context: Context, rollout_id: RolloutId | None, output: OutputFormat) -> None:
    """End a rollout: who works on it finishes the tenants that are begun, and takes no more."""
    from pipeline.usecases.rollouts import cancel as cancel_rollout
    from pipeline.usecases.rollouts import latest
    from pipeline.usecases.steps import now

    rollout = cancel_rollout(
        context.rollouts, rollout_id or latest(context.rollouts), by=context.runner.owner, at=now()
    )
    if output is OutputFormat.JSON:
        echo_json(_rollout_document(rollout))
    else:
        echo(f"rollout {rollout.rollout_id} is cancelled; pipeline rollout resume lets it go on")


def _tell(results: Iterable[TenantResult], output: OutputFormat) -> list[TenantResult]:
    """Print each result as it comes; gives them all, but only where they are printed at the end."""
    kept: list[TenantResult] = []
    for result in results:
        if output is OutputFormat.JSON:
            kept.append(result)
        else:
            summary = f": {result.summary}" if result.summary else ""
            echo(f"{result.tenant_id}: {result.result}{summary} ({result.seconds:.1f} s)")
    return kept


def _raise_unless_clean(found: Progress) -> None:
    counts = found.counts()
    failed = sum(counts[result] for result in COUNTED)
    open_ = sum(count for result, count in counts.items() if result not in {*FINAL, *COUNTED, Result.HELD})
    summary = ", ".join(f"{count} {result}" for result, count in sorted(counts.items()))
    echo(f"rollout {found.rollout.rollout_id} is through: {summary or 'nobody to bring along'}")
    again = f"pipeline rollout resume {found.rollout.rollout_id}, then run: who is done is left alone"
    if failed or open_:
        raise TenantsFailedError(f"{plural(failed + open_, 'tenant')} not on the version", advice=again)
    if counts[Result.HELD]:
        raise HeldError(
            f"{plural(counts[Result.HELD], 'tenant')} held by the guard",
            advice="pipeline rollout status names them; start again with --allow ADDRESS or --allow TYPE",
        )


def _show_selection(
    version: TemplateVersion, waves: tuple[Wave, ...], selected: Selected, output: OutputFormat
) -> None:
    wave_of = {tenant: wave.number for wave in waves for shard in wave.shards for tenant in shard}
    if output is OutputFormat.JSON:
        echo_json(
            {
                "version": version,
                "taken": [{**asdict(c), "wave": wave_of[c.tenant_id]} for c in selected.candidates],
                "left_out": [asdict(s) for s in selected.skipped],
            }
        )
        return
    rows = sorted((wave_of[c.tenant_id], c.tenant_id, c.tier, c.ring, c.reason) for c in selected.candidates)
    if rows:
        echo(table(("WAVE", "TENANT", "TIER", "RING", "WHY"), rows))
    for skipped in selected.skipped:
        echo(f"left out: {skipped.tenant_id}: {skipped.reason}")
    echo(
        f"{plural(len(rows), 'tenant')} would go to {short(version)} in {plural(len(waves), 'wave')}; nothing was done"
    )


def _report_start(
    rollout: Rollout | None,
    version: TemplateVersion,
    waves: tuple[Wave, ...],
    selected: Selected,
    output: OutputFormat,
) -> None:
    document = {
        "rollout_id": rollout.rollout_id if rollout else None,
        "status": rollout.status if rollout else "nothing to do",
        "version": version,
        "tenants": sum(wave.tenants for wave in waves),
        "left_out": len(selected.skipped),
        "waves": [
            {"wave": wave.number, "ring": wave.ring, "tenants": wave.tenants, "shards": _rows(wave)} for wave in waves
        ],
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
        echo(f"{plural(len(selected.skipped), 'tenant')} left out; --dry-run says why")


def _rows(wave: Wave) -> list[JsonObject]:
    return [
        {"wave": wave.number, "shard": number, "tenants": len(shard)} for number, shard in enumerate(wave.shards, 1)
    ]


def _matrix(waves: list[Wave]) -> str:
    """Give the rows of a ring's matrix job: what a job needs to find its shard, and no more."""
    rows = [{"wave": wave.number, "shard": n} for wave in waves for n in range(1, len(wave.shards) + 1)]
    return json.dumps(rows, separators=(",", ":"))


def _rollout_document(rollout: Rollout) -> JsonObject:
    return {**asdict(rollout), "budget": str(rollout.budget)}


def _progress_text(found: Progress) -> str:
    rollout = found.rollout
    lines = [
        f"rollout {rollout.rollout_id} to {short(rollout.version)}: {rollout.status}"
        + (f" ({rollout.reason})" if rollout.reason else ""),
        f"started by {rollout.owner} at {rollout.started_at:%Y-%m-%d %H:%M:%S} UTC, budget {rollout.budget}"
        + (f", {rollout.run_url}" if rollout.run_url else ""),
        "",
    ]
    rows = []
    for wave in found.waves:
        counts = found.counts(wave.number)
        done = sum(counts[result] for result in FINAL)
        others = ", ".join(f"{count} {result}" for result, count in sorted(counts.items()) if result not in FINAL)
        rows.append(
            (wave.number, wave.ring, f"{done}/{wave.tenants}", f"{wave.failed}/{wave.failures_allowed}", others)
        )
    lines.append(table(("WAVE", "RING", "DONE", "FAILURES", "NOT DONE"), rows))
    behind = [result for result in found.results if result.result not in FINAL]
    lines += ["", *(f"{r.tenant_id}: {r.result}: {r.summary}" for r in behind[:MOST_NAMES_SHOWN])] if behind else []
    if len(behind) > MOST_NAMES_SHOWN:
        lines.append(f"and {len(behind) - MOST_NAMES_SHOWN} more: --output json has them all")
    return "\n".join(lines)
