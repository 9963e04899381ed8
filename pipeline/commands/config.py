"""`pipeline config`: the settings in force."""

from __future__ import annotations

import json
import os

import click

from pipeline.context import Context, pass_context
from pipeline.options import output_option
from pipeline.output import OutputFormat, echo, echo_json, table


@click.group()
def command() -> None:
    """Show the settings in force and where they come from."""


@command.command()
@output_option
@pass_context
def show(context: Context, output: OutputFormat) -> None:
    """Show every setting, and the engine, with its value and its source."""
    from pipeline.adapters.engine import BINARY_VARIABLE

    loaded = context.loaded
    values = {name: getattr(loaded.settings, name) for name in loaded.sources}
    if values["webhook_url"]:
        values["webhook_url"] = "(hidden)"  # whoever knows it can write there
    rows = [(name, values[name], source) for name, source in loaded.sources.items()]
    rows.append(("engine", context.engine.name, BINARY_VARIABLE if os.environ.get(BINARY_VARIABLE) else "default"))
    if output is OutputFormat.JSON:
        echo_json({name: {"value": value, "source": source} for name, value, source in rows})
    else:
        cells = [(name, _as_written(value), source) for name, value, source in rows]
        echo(table(("SETTING", "VALUE", "FROM"), cells))


def _as_written(value: object) -> str:
    """Show a list or an object as JSON: a list reads so in pipeline.toml too."""
    return json.dumps(value) if isinstance(value, tuple | dict) else str(value)
