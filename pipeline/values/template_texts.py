"""Texts of a config as templates: the parts that stand in them, and the expressions between those."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pipeline.values.json_texts import parsed, texts_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pipeline.json_types import Json, JsonObject

FIRST_MARK: Final = 0xF0000  # the first character of a plane for private use: none of them means anything to anybody
MARK: Final = re.compile("[\U000f0000-\U000ffffd]")
POLICY_DOCUMENT: Final = "aws_iam_policy_document"
DEEPEST_LOCAL: Final = 5
MOST_TEXTS: Final = 4096  # those of a few versions: every tenant has the same


@dataclass(frozen=True, kw_only=True)
class Part:
    """A stretch of a text: what stands there, or the expression that gives it."""

    text: str
    is_expression: bool


def texts_by_address(config: JsonObject) -> dict[str, tuple[str, ...]]:
    """Give the texts of each resource and data source that have expressions or ARNs in them, locals put in.

    The statements of a policy document are one text, its JSON: what one allows is told by all its parts.
    """
    local_texts = {name: value for name, value in config.get("locals", {}).items() if isinstance(value, str)}
    found = {}
    for prefix, section in (("", "resource"), ("data.", "data")):
        for kind, blocks in config.get(section, {}).items():
            for name, block in blocks.items():
                whole = _with_locals_inside(block, local_texts)
                if kind == POLICY_DOCUMENT:
                    whole = {**whole, "statement": json.dumps(whole.get("statement"))}
                texts = (text for text in texts_in(whole) if "${" in text or "arn:" in text)
                found[f"{prefix}{kind}.{name}"] = tuple(dict.fromkeys(texts))
    return {address: texts for address, texts in found.items() if texts}


def mark(expression: str, expressions: list[str]) -> str:
    """Give the mark for an expression, which joins those that have one."""
    expressions.append(expression)
    return chr(FIRST_MARK + len(expressions) - 1)


@lru_cache(maxsize=MOST_TEXTS)
def marked(text: str) -> tuple[Json, list[str]]:
    """Give a text with a mark in place of each expression, parsed where it is JSON; and what the marks stand for."""
    expressions: list[str] = []
    content = "".join(mark(part.text, expressions) if part.is_expression else part.text for part in parts(text))
    document = parsed(content)
    return content if document is None else document, expressions


def filled(document: Json, expressions: list[str], fill: Callable[[str], str]) -> Json:
    """Put texts in place of the marks of a document."""
    if isinstance(document, dict):
        return {filled(k, expressions, fill): filled(v, expressions, fill) for k, v in document.items()}
    if isinstance(document, list):
        return [filled(item, expressions, fill) for item in document]
    if not isinstance(document, str):
        return document
    return "".join(fill(part.text) if part.is_expression else part.text for part in marked_parts(document, expressions))


def marked_parts(text: str, expressions: list[str]) -> Iterator[Part]:
    """Take a text with marks apart."""
    start = 0
    for found in MARK.finditer(text):
        number = ord(found[0]) - FIRST_MARK
        if number < len(expressions):
            if start < found.start():
                yield Part(text=text[start : found.start()], is_expression=False)
            yield Part(text=expressions[number], is_expression=True)
            start = found.end()
    if start < len(text):
        yield Part(text=text[start:], is_expression=False)


def parts(text: str) -> Iterator[Part]:
    """Take a text of a config apart; an expression comes without its braces."""
    start = position = 0
    while (position := text.find("${", position)) >= 0:
        if position and text[position - 1] == "$":  # `$${` is how a config spells `${`
            position += 2
            continue
        end = _end_of_expression(text, position + 2)
        if start < position:
            yield Part(text=text[start:position], is_expression=False)
        yield Part(text=text[position + 2 : end].strip(), is_expression=True)
        start = position = end + 1
    if start < len(text):
        yield Part(text=text[start:], is_expression=False)


def _end_of_expression(text: str, position: int) -> int:
    depth = 1
    for end in range(position, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return end
    return len(text)


def _with_locals_inside(value: Json, local_texts: Mapping[str, str]) -> Json:
    if isinstance(value, str):
        return _with_locals(value, local_texts)
    if isinstance(value, dict):
        return {name: _with_locals_inside(inner, local_texts) for name, inner in value.items()}
    return [_with_locals_inside(inner, local_texts) for inner in value] if isinstance(value, list) else value


def _with_locals(text: str, local_texts: Mapping[str, str], depth: int = DEEPEST_LOCAL) -> str:
    if not depth or "${local." not in text:
        return text
    put_in = (
        local_texts.get(part.text.removeprefix("local."), f"${{{part.text}}}") if part.is_expression else part.text
        for part in parts(text)
    )
    return _with_locals("".join(put_in), local_texts, depth - 1)
