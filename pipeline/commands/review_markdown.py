"""A review as one Markdown comment: the most important first, and never more than a comment may have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.commands.class_report import change_lines, failed_tenants, headline, held_lines, names
from pipeline.output import plural
from pipeline.values.identifiers import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.values.review import Review, ReviewedClass

MOST_BYTES: Final = 60_000
BYTES_FOR_THE_END: Final = 300
MOST_LINES_PER_CLASS: Final = 120
MOST_FAILURES: Final = 20
LONGEST_LINE: Final = 400


def markdown(review: Review) -> str:
    """Write a review as Markdown."""
    written: list[str] = []
    room = MOST_BYTES - BYTES_FOR_THE_END
    sections = list(_sections(review))
    for section in sections:
        room -= len(section.encode()) + 1
        if room < 0:
            left = len(sections) - len(written)
            written.append(f"_{plural(left, 'more section')}: too long for a comment; `--output json` has all._\n")
            break
        written.append(section)
    return "\n".join(written)


def _sections(review: Review) -> Iterator[str]:
    verdict = "⛔" if review.held or review.failed else "✅"
    yield f"## {verdict} Review of template `{short(review.version)}`\n\n{headline(review)}.\n"
    if review.classes:
        yield _table(review)
    for found in review.classes:
        yield _class_section(found)
    if review.failed:
        failures = [f"- {failed_tenants(f)}: {_escaped(f.reason)}" for f in review.failures[:MOST_FAILURES]]
        more = len(review.failures) - len(failures)
        failures += [f"- and {plural(more, 'more reason')}"] if more else []
        yield "### Could not be planned\n\n" + "\n".join(failures) + "\n"


def _table(review: Review) -> str:
    rows = ["| class | tenants | worst action | guard | |", "| --- | ---: | --- | --- | --- |"]
    for found in review.classes[:MOST_LINES_PER_CLASS]:
        count = sum(len(tenants) for _, tenants in found.held)
        guard = f"**holds {count}**" if count else "passes"
        outlier = "outlier" if found.is_outlier else ""
        cells = (f"`{found.plan_class.name}`", len(found.tenants), found.plan_class.worst_action, guard, outlier)
        rows.append(f"| {' | '.join(map(str, cells))} |")
    more = len(review.classes) - MOST_LINES_PER_CLASS
    return "\n".join([*rows, *([f"\nand {plural(more, 'more class', 'more classes')}"] if more > 0 else [])]) + "\n"


def _class_section(found: ReviewedClass) -> str:
    title = f"### `{found.plan_class.name}`: {plural(len(found.tenants), 'tenant')}, {found.plan_class.worst_action}"
    held = [f"> **{_escaped(line)}**\n" for line in held_lines(found)]
    lines = [line[:LONGEST_LINE] for line in change_lines(found)]
    more = len(lines) - MOST_LINES_PER_CLASS
    shown = [*lines[:MOST_LINES_PER_CLASS], *([f"  ... and {plural(more, 'more line')}"] if more > 0 else [])]
    return "\n".join([title, "", *held, *_fenced(shown), "", f"Tenants {names(found)}", ""])


def _fenced(lines: list[str]) -> list[str]:
    """Put lines into a block that nothing in them can end."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, *lines, fence]


def _escaped(text: str) -> str:
    """Keep values from outside from being Markdown, HTML or a mention."""
    return re.sub(r"([\\`*_{}\[\]<>#|@~])", r"\\\1", " ".join(text.split()))[:LONGEST_LINE]
