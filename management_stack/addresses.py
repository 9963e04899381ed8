"""Gives resources the addresses that stand in the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tenant_stack.cdk import TerraformElement

E = TypeVar("E", bound="TerraformElement")


def at(name: str, element: E) -> E:
    """Put an element at an address, before anything refers to it: CDKTF keeps the first one that was asked for."""
    element.override_logical_id(name)
    return element
