"""Click parameter types: values from outside are checked here, at the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from pipeline.errors import PipelineError
from pipeline.values.identifiers import (
    parse_account_role,
    parse_region,
    parse_tenant_id,
    parse_tier,
    parse_version_prefix,
)
from pipeline.values.rollout import parse_budget, parse_rollout_id

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")


class Checked(click.ParamType[T]):
    """A parameter that one of our parsers checks."""

    def __init__(self, name: str, parse: Callable[[str], T]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: str | T, _param: click.Parameter | None, _ctx: click.Context | None) -> T:
        """Check a value; click says which parameter it was for, and may hand over one that was checked."""
        try:
            return self._parse(value) if isinstance(value, str) else value
        except PipelineError as error:
            raise click.BadParameter(f"{error.message}: {error.advice}") from error


TENANT = Checked("tenant", parse_tenant_id)
TIER = Checked("tier", parse_tier)
REGION = Checked("region", parse_region)
ACCOUNT_ROLE = Checked("arn", parse_account_role)
VERSION = Checked("version", parse_version_prefix)
ROLLOUT = Checked("rollout", parse_rollout_id)
BUDGET = Checked("budget", parse_budget)


def parse_pair(text: str) -> tuple[str, str]:
    """Read NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE")
    return name, value
