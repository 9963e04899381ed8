"""Options that several commands share, each named once."""

from __future__ import annotations

import click

from pipeline.output import OutputFormat

output_option = click.option(
    "--output",
    "output",
    type=click.Choice(OutputFormat, case_sensitive=False),
    default=OutputFormat.TEXT,
    show_default=True,
    help="Text for people, JSON for programs.",
)
