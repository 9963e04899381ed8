"""The two ways to mend moto, each of which fails loudly when a new moto no longer fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def replace(owner: object, name: str, make: Callable[[Any], Any]) -> None:
    """Put a function made from moto's own in its place.

    Raises AttributeError when moto has no such name any more.
    """
    setattr(owner, name, make(getattr(owner, name)))


def add(owner: type, name: str, function: Callable[..., Any]) -> None:
    """Give a class of moto's a method that it lacks.

    Raises TypeError when moto has learned it: then the mend can go.
    """
    if hasattr(owner, name):
        raise TypeError(f"{owner.__qualname__}.{name} exists in this moto: remove the mend that adds it")
    setattr(owner, name, function)
