"""The tiers: the variants of the template that a tenant can have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Tier:
    """What a tier has over the units that every tenant gets."""

    name: str
    """Names the stack and the `tier` tag."""
    tenant_key: bool
    """Whether data is encrypted with a KMS key of the tenant's own, not with AWS's."""
    file_storage: bool
    """Whether there is a bucket for files."""


BASIC: Final = Tier(name="basic", tenant_key=False, file_storage=False)
PREMIUM: Final = Tier(name="premium", tenant_key=True, file_storage=True)

TIERS: Final = (BASIC, PREMIUM)
