"""`pipeline rollout`: the whole fleet brought to one template version, wave by wave."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pipeline.commands import rollout_report
from pipeline.context import Context, pass_context
from pipeline.errors import InvalidInputError
from pipeline.options import (
    allow_option,
    concurrency_option,
    on_failure_option,
    output_option,
    patience_option,
    ring_filter,
    tier_filter,
)
from pipeline.output import OutputFormat, echo, echo_json, table
from pipeline.params import BUDGET, ROLLOUT, VERSION
from pipeline.values.identifiers import short
from pipeline.values.rollout import MOST_SHARDS, RolloutStatus

if TYPE_CHECKING:
    from pipeline.values.identifiers import Ring
    from pipeline.values.rollout import Budget, OnFailure, RolloutId

rollout_argument = click.argument("rollout_id", metavar="[ROLLOUT]", type=ROLLOUT, required=False)


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
@click.option("--supersede", is_flag=True, help="End a rollout to another version that still runs.")
@click.option("--full", is_flag=True, help="Read every tenant instead of asking the index.")
@click.option("--dry-run", is_flag=True, help="Only say who would be taken, in which wave, and why.")
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
    supersede: bool,
    full: bool,
    dry_run: bool,
    output: OutputFormat,
) -> None:
    """Select the tenants that are not on a version, cut them into waves and shards, and record it.

    Nothing is changed yet: `pipeline rollout run` does that. Where a rollout to the same version runs, it is that one.
    """
    from pipeline.commands import rollout_setting
    from pipeline.usecases.rollout_inputs import misfits
    from pipeline.usecases.rollouts import Terms, end_others, plan_waves
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
        attempt=context.github.attempt,
    )
    rollout_setting.guard(context, terms.version, allowed=allow, reviewed=reviewed)  # refuses a missing review now
    selected = rollout_setting.select(context, scope, full=full)
    found = misfits(context.registry, selected, scope.manifest)
    waves = plan_waves(selected, terms)
    if dry_run:
        rollout_report.show_selection(terms.version, waves, selected, found, output)
        return
    if supersede:
        end_others(context.rollouts, terms.version, by=context.runner.owner, at=now())
    rollout, waves = start_rollout(context.rollouts, context.runner, waves, terms, at=now())
    context.github.outputs(rollout_report.start_outputs(rollout, waves))
    rollout_report.report_start(rollout, terms.version, waves, selected, found, output)


@command.command()
@rollout_argument
@click.option("--wave", type=click.IntRange(min=1), help="Only this wave.")
@click.option("--shard", type=click.IntRange(min=1), help="Only this shard of the wave.")
@patience_option(600)
@concurrency_option
@output_option
@pass_context
def run(
    context: Context,
    rollout_id: RolloutId | None,
    wave: int | None,
    shard: int | None,
    patience: int,
    concurrency: int | None,
    output: OutputFormat,
) -> None:
    """Work through a rollout, one of its waves or one shard of it; whoever is done already is left alone.

    Without --wave it brings along who came to be outdated meanwhile, and ends the rollout.
    """
    from pipeline.commands import rollout_setting
    from pipeline.commands.interruption import orderly_interrupts
    from pipeline.usecases.rollouts import latest, progress, resume
    from pipeline.values.signal import of_result

    if shard is not None and wave is None:
        raise InvalidInputError("--shard needs --wave")
    wanted = rollout_id or latest(context.rollouts)
    rollout = context.rollouts.get(wanted)
    is_another_attempt = context.github.attempt > rollout.attempt  # somebody ran the jobs again
    if rollout.status is RolloutStatus.DONE:
        found = progress(context.rollouts, wanted)
        if found.is_clean or not is_another_attempt:
            rollout_report.report_end(found, output)
            return
    if is_another_attempt:
        rollout = resume(context.rollouts, wanted, attempt=context.github.attempt)
    working = rollout_setting.run(context, rollout, concurrency=concurrency, patience=patience)
    with orderly_interrupts(context.engine):
        shown = rollout_report.tell(
            context.signals.watch("rollout", working.part(wave, shard), of_result), output, context.github
        )
    if output is OutputFormat.JSON:
        echo_json(shown)
    if wave is None:
        rollout_report.report_end(progress(context.rollouts, wanted), output)


@command.command()
@rollout_argument
@output_option
@pass_context
def status(context: Context, rollout_id: RolloutId | None, output: OutputFormat) -> None:
    """Show how far a rollout (the running one, else the last) is, and who is not on the version, and why."""
    from pipeline.usecases.rollouts import latest, progress

    found = progress(context.rollouts, rollout_id or latest(context.rollouts))
    context.github.summary(rollout_report.progress_markdown(found))
    if output is OutputFormat.JSON:
        echo_json(
            {
                **rollout_report.rollout_document(found.rollout),
                "waves": [{**asdict(wave), "results": dict(found.counts(wave.number))} for wave in found.waves],
                "results": [asdict(result) for result in found.results],
            }
        )
    else:
        echo(rollout_report.progress_text(found))


@command.command(name="list")
@output_option
@pass_context
def list_(context: Context, output: OutputFormat) -> None:
    """List all rollouts, newest first."""
    rollouts = context.rollouts.all()
    if output is OutputFormat.JSON:
        echo_json([rollout_report.rollout_document(rollout) for rollout in rollouts])
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
        echo_json(rollout_report.rollout_document(rollout))
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
        echo_json(rollout_report.rollout_document(rollout))
    else:
        echo(f"rollout {rollout.rollout_id} is cancelled; pipeline rollout resume lets it go on")
