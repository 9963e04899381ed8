"""The types of a parsed JSON document, for signatures."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""Any parsed JSON value."""

JsonObject: TypeAlias = dict[str, Any]
"""A parsed JSON object."""
