"""Canonical bytes and their digests: equal content gives equal digests on any machine."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.json_types import Json


def canonical_json(document: Json) -> bytes:
    """Write a JSON document in the one form that its digest is taken of: sorted keys, two spaces, a last newline."""
    return (json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


def sha256_hex(content: bytes) -> str:
    """Take the sha256 of some bytes, as 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def digest_of(document: Json) -> str:
    """Take the digest of a JSON document's canonical form."""
    return sha256_hex(canonical_json(document))
