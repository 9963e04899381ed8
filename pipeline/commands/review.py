"""`pipeline review`: what a version would change, each kind of plan once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.errors import HeldError, TenantsFailedError
from pipeline.options import allow_option, concurrency_option, ring_filter, tier_filter
from pipeline.output import echo, echo_json, plural
from pipeline.params import VERSION
from pipeline.values.identifiers import short

if TYPE_CHECKING:
    from pipeline.values.identifiers import Ring
    from pipeline.values.review import Review

MOST_NAMES_SHOWN = 20


class ReviewFormat(StrEnum):
    """How a review is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@click.command()
@click.option("--version", type=VERSION, help="Template version, built here or published.  [default: the stable one]")
@tier_filter
@ring_filter
@click.option("--sample", type=click.IntRange(min=1), help="At most so many tenants of each tier and ring.")
@allow_option
@concurrency_option
@click.option(
    "--output",
    type=click.Choice(ReviewFormat, case_sensitive=False),
    default=ReviewFormat.TEXT,
    show_default=True,
    help="Text for people, JSON for programs, Markdown for a comment of less than 60 kB.",
)
@click.option("--markdown-file", type=click.Path(path_type=Path, dir_okay=False), help="Write the Markdown here too.")
@pass_context
def command(
    context: Context,
    version: str | None,
    tier: str | None,
    ring: Ring | None,
    sample: int | None,
    allow: tuple[str, ...],
    concurrency: int | None,
    output: ReviewFormat,
    markdown_file: Path | None,
) -> None:
    """Plan the tenants that are not on a version and show each kind of plan once: for how many, and what it changes.

    Changes nothing and locks nothing. What was found is kept beside the template, for `rollout start --reviewed`.
    Exit code 12 says that the guard would hold somebody.
    """
    from pipeline.commands.interruption import orderly_interrupts
    from pipeline.commands.review_markdown import markdown
    from pipeline.commands.template import find_stored
    from pipeline.usecases.review import review
    from pipeline.usecases.rollout_selection import Scope as Selection
    from pipeline.usecases.rollout_selection import select_by_index
    from pipeline.values.guard import Guard
    from pipeline.values.review import Scope, to_document

    template = find_stored(context, version)
    context.engine.require()
    selection = Selection(manifest=template.manifest, engine=context.engine.name, tier=tier, ring=ring)
    selected = select_by_index(context.registry, context.templates, selection)
    scope = Scope(tier=tier, ring=ring, sample=sample)
    guard = Guard(allowed=frozenset(allow))
    with orderly_interrupts(context.engine):
        found = review(context.tools, template, selected, scope, guard, context.pace(concurrency))
    document = to_document(found)
    context.reviews.write(found.version, scope.key, document)
    context.github.summary(markdown(found))
    context.github.comment("tenant-pipeline review", markdown(found))
    if markdown_file is not None:
        markdown_file.write_text(markdown(found), encoding="utf-8")
    match output:
        case ReviewFormat.JSON:
            echo_json(document)
        case ReviewFormat.MARKDOWN:
            echo(markdown(found))
        case ReviewFormat.TEXT:
            echo(_text(found))
    _raise_where_not_fine(found)


def _text(review: Review) -> str:
    from pipeline.commands.class_report import change_lines, failed_tenants, headline, held_lines, names, some

    lines = [f"review of {short(review.version)}: {headline(review)}"]
    for found in review.classes:
        outlier = ", an outlier" if found.is_outlier else ""
        title = f"class {found.plan_class.name}: {plural(len(found.tenants), 'tenant')}{outlier}"
        lines += ["", f"{title}, worst action {found.plan_class.worst_action}"]
        lines += [*(f"  {line}" for line in held_lines(found)), *change_lines(found), f"  tenants {names(found)}"]
    lines += [f"\n{failed_tenants(failure)}: FAILED: {failure.reason}" for failure in review.failures]
    if review.skipped:
        left_out = [f"{skipped.tenant_id} ({skipped.reason})" for skipped in review.skipped]
        lines.append(f"\nleft out: {some(left_out, MOST_NAMES_SHOWN)}")
    return "\n".join(lines)


def _raise_where_not_fine(review: Review) -> None:
    from pipeline.commands.class_report import some

    if review.failed:
        failed = some([failed.tenant for failed in review.failed], MOST_NAMES_SHOWN)
        raise TenantsFailedError(
            f"{plural(len(review.failed), 'tenant')} could not be planned: {failed}", advice=review.failures[0].advice
        )
    if review.held:
        raise HeldError(
            f"{plural(len(review.held), 'tenant')} would be held by the guard: {some(review.held, MOST_NAMES_SHOWN)}",
            advice="look at the classes; --allow ADDRESS or --allow TYPE lets deletions and replacements through",
        )
