"""Options that several commands share, each named once."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar

import click

from pipeline.output import OutputFormat
from pipeline.params import TENANT, TIER, VERSION
from pipeline.values.identifiers import Ring
from pipeline.values.rollout import OnFailure
from pipeline.values.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.values.identifiers import TenantId

R = TypeVar("R")

output_option = click.option(
    "--output",
    "output",
    type=click.Choice(OutputFormat, case_sensitive=False),
    default=OutputFormat.TEXT,
    show_default=True,
    help="Text for people, JSON for programs.",
)

tenants_argument = click.argument("tenants", metavar="[TENANT]...", type=TENANT, nargs=-1)

all_option = click.option("--all", "everyone", is_flag=True, help="Every tenant that is not deleted.")

tier_filter = click.option("--tier", type=TIER, help="Only tenants of this tier.")

ring_filter = click.option("--ring", type=click.Choice(Ring, case_sensitive=False), help="Only tenants of this ring.")


def selection_options(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command the tenants that it is for, by name or by filters, as its argument `selection`."""

    @tenants_argument
    @all_option
    @tier_filter
    @ring_filter
    @wraps(command)
    def selecting(
        *arguments: object,
        tenants: tuple[TenantId, ...],
        everyone: bool,
        tier: str | None,
        ring: Ring | None,
        **options: object,
    ) -> R:
        selection = Selection(names=tenants, everyone=everyone, tier=tier, ring=ring)
        return command(*arguments, selection=selection, **options)

    return selecting


version_option = click.option(
    "--version", "version", type=VERSION, help="Template version, by its first digits.  [default: pinned, else stable]"
)

concurrency_option = click.option(
    "-j", "--concurrency", type=click.IntRange(1, 64), help="Tenants at the same time.  [default: by cores and memory]"
)

allow_option = click.option(
    "--allow",
    metavar="ADDRESS|TYPE",
    multiple=True,
    envvar="GUARD_ALLOW",
    show_envvar=True,
    help="Deletions and replacements that the guard lets through; in the variable, with spaces between them.",
)

on_failure_option = click.option(
    "--on-failure",
    type=click.Choice(OnFailure, case_sensitive=False),
    default=OnFailure.KEEP,
    show_default=True,
    help="What becomes of a tenant whose update fails: left as it is, or back to the version that it had.",
)


def patience_option(seconds: int) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Give the option of how long to wait for who is busy, with its default."""
    return click.option(
        "--patience",
        type=click.IntRange(min=0),
        default=seconds,
        show_default=True,
        help="Seconds to wait for a tenant that somebody else works on.",
    )


yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
