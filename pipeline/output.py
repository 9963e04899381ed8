"""The one door to standard output: JSON documents and plain-text tables."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.json_types import Json


class OutputFormat(StrEnum):
    """How a command prints what it found."""

    TEXT = "text"
    JSON = "json"


def echo(text: str = "") -> None:
    """Print one line, or several, of text."""
    click.echo(text)


def echo_json(document: Json) -> None:
    """Print a JSON document, keys in the order given."""
    click.echo(json.dumps(document, indent=2, default=_plain))


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out rows in columns as wide as their widest cell; None shows as a dash."""
    cells = [tuple(headers), *(tuple("-" if cell is None else str(cell) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def plural(count: int, noun: str, several: str = "") -> str:
    """Count a noun: `1 tenant`, `3 tenants`; `several` is its plural where an s is not enough."""
    return f"{count} {noun}" if count == 1 else f"{count} {several or f'{noun}s'}"


def _plain(value: object) -> Json:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
