"""Nested blocks and AWS's structures: the same values under other names, all the way down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.sandbox.provider.values import Object, Value


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block that is one structure in AWS, or a list of them."""

    aws: str
    """The name of the structure in AWS."""
    names: Names
    many: bool = False
    """Whether AWS has a list of structures."""


Names: TypeAlias = "Mapping[str, str | Block]"
"""AWS's name for each argument of a block: `{"enabled": "Enabled"}`."""


def to_aws(names: Names, block: Object) -> Object:
    """Return a block as AWS's structure, without what is empty; 0 and false are sent."""
    document: Object = {}
    for name, target in names.items():
        value = block.get(name)
        if isinstance(target, Block):
            document |= structure(target, value or [])
        elif value not in (None, ""):
            document[target] = value
    return document


def structure(block: Block, value: list[Object]) -> Object:
    """Return the blocks of one kind under AWS's name, or nothing if there are none."""
    documents = [to_aws(block.names, item) for item in value if item]
    if not documents:
        return {}
    return {block.aws: documents if block.many else documents[0]}


def from_aws(names: Names, document: Mapping[str, Any]) -> Object:
    """Return AWS's structure as a block; what is missing is None."""
    return {
        name: blocks(target, document) if isinstance(target, Block) else document.get(target)
        for name, target in names.items()
    }


def blocks(block: Block, document: Mapping[str, Any]) -> list[Object]:
    """Return the blocks of one kind from the structure around them: none for a structure with nothing in it."""
    found = document.get(block.aws) or ()
    documents: Iterable[Mapping[str, Any]] = found if block.many else [found] if found else ()
    return [from_aws(block.names, item) for item in documents if not all(map(_is_nothing, item.values()))]


def _is_nothing(value: Value) -> bool:
    return value in (None, [], {})
