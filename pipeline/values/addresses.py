"""Addresses of resource instances, such as `module.a["b"].aws_dynamodb_table.orders[0]`: their parts and spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# One step of an address: a name, and perhaps a key in brackets, a number or a quoted text.
STEP: Final = re.compile(r'\.?(?P<name>[^.\[\]"]+)(?:\[(?:(?P<number>\d+)|"(?P<text>(?:[^"\\]|\\.)*)")\])?')
NUMBERED_KEY: Final = re.compile(r"\[(\d+)\]")
ESCAPE: Final = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))|([$%])\4(?=\{)")
ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}
SPELLED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
TEMPLATE_OPENING: Final = re.compile(r"([$%])(?=\{)")
SMALL: Final = 0x10000


class ResourceMode(StrEnum):
    """What kind of block declares a resource."""

    MANAGED = "managed"
    DATA = "data"
    EPHEMERAL = "ephemeral"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """An address in its parts."""

    module: str
    """The address of the module; empty for the root module."""
    mode: ResourceMode
    type: str
    name: str
    index: str | int | None
    """The key that `count` or `for_each` gave the instance."""


def parse_address(text: str) -> Address:
    """Take an address apart; raises ValueError where it is none."""
    steps = _steps(text)
    first = 0
    while first < len(steps) and steps[first]["name"] == "module":
        first += 2
    rest = steps[first:]
    prefixed = len(rest) == len(("mode", "type", "name"))
    if len(rest) != len(("type", "name")) + prefixed:
        raise ValueError(f"{text!r} is not the address of a resource")
    return Address(
        module=text[: steps[first - 1].end()] if first else "",
        mode=ResourceMode(rest[0]["name"]) if prefixed else ResourceMode.MANAGED,
        type=rest[-2]["name"],
        name=rest[-1]["name"],
        index=_key(rest[-1]),
    )


def bracketed(key: str | int | None) -> str:
    """Spell an instance's key as it stands in an address; nothing for no key."""
    if key is None:
        return ""
    return f"[{key}]" if isinstance(key, int) else f'["{_quoted(key)}"]'


def in_reading_order(address: str) -> str:
    """Give the text to sort an address by: numbered instances by their number."""
    return NUMBERED_KEY.sub(lambda match: f"[{match[1]:0>9}]", address)


def _steps(text: str) -> list[re.Match[str]]:
    steps: list[re.Match[str]] = []
    end = 0
    while end < len(text):
        step = STEP.match(text, end)
        if step is None:
            raise ValueError(f"{text!r} is not the address of a resource")
        steps.append(step)
        end = step.end()
    return steps


def _key(step: re.Match[str]) -> str | int | None:
    if step["number"] is not None:
        return int(step["number"])
    return None if step["text"] is None else ESCAPE.sub(_unescaped, step["text"])


def _unescaped(escape: re.Match[str]) -> str:
    short, long, letter, doubled = escape.groups()
    if short or long:
        return chr(int(short or long, 16))
    return str(doubled or ESCAPED.get(letter, letter))


def _quoted(key: str) -> str:
    spelled = "".join(SPELLED.get(character) or _printable(character) for character in key)
    return TEMPLATE_OPENING.sub(r"\1\1", spelled)


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) < SMALL else f"\\U{ord(character):08x}"
