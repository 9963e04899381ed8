"""Click parameter types: values from outside are checked here, at the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.errors import PipelineError
from pipeline.values.identifiers import parse_tenant_id, parse_tier, parse_version_prefix

if TYPE_CHECKING:
    from collections.abc import Callable


class Checked(click.ParamType[str]):
    """A parameter that one of our parsers checks."""

    def __init__(self, name: str, parse: Callable[[str], str]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: str, _param: click.Parameter | None, _ctx: click.Context | None) -> str:
        """Check a value; click says which parameter it was for."""
        try:
            return self._parse(value)
        except PipelineError as error:
            raise click.BadParameter(f"{error.message}: {error.advice}") from error


TENANT = Checked("tenant", parse_tenant_id)
TIER = Checked("tier", parse_tier)
VERSION = Checked("version", parse_version_prefix)


def parse_pair(text: str) -> tuple[str, str]:
    """Read NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE")
    return name, value
