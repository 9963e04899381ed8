"""Identifiers as types: checked once where they come in, trusted from then on."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NewType

from pipeline.errors import InvalidInputError
from pipeline.settings import REGION

TenantId = NewType("TenantId", str)
"""Names a tenant in the registry, in resource names and in state keys."""

TemplateVersion = NewType("TemplateVersion", str)
"""The sha256 of a template's canonical content, 64 hex digits."""

# Goes into bucket names, role names, paths and URLs: what all of them take. No double hyphen, so that joined names
# stay unambiguous; 32 characters leave room for a prefix and a suffix in the 63 of a bucket name.
TENANT_ID: Final = re.compile(r"(?=.{2,32}\Z)[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*")
TIER: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
ROLE_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]+", re.ASCII)
VERSION: Final = re.compile(r"[0-9a-f]{64}")
VERSION_PREFIX: Final = re.compile(r"[0-9a-f]{4,64}")
SHORT_VERSION_LENGTH: Final = 12


class Ring(StrEnum):
    """A tenant's place in the order of a rollout; the first to last."""

    CANARY = "canary"
    EARLY = "early"
    GENERAL = "general"


def parse_tenant_id(text: str) -> TenantId:
    """Check a tenant id that comes from outside."""
    if not TENANT_ID.fullmatch(text):
        raise InvalidInputError(
            f"{text!r} is not a tenant id",
            advice="2 to 32 lower-case letters, digits and single hyphens, a letter first, no hyphen last",
        )
    return TenantId(text)


def parse_tier(text: str) -> str:
    """Check the form of a tier's name; whether it exists is the template's to say."""
    if not TIER.fullmatch(text):
        raise InvalidInputError(f"{text!r} is not a tier name", advice="lower-case letters, digits, hyphens")
    return text


def parse_region(text: str) -> str:
    """Check the form of a region; whether the account can use it, the first plan tells."""
    if not REGION.fullmatch(text):
        raise InvalidInputError(f"{text!r} is not an AWS region", advice="one looks like eu-central-1")
    return text


def parse_account_role(text: str) -> str:
    """Check the ARN of the role to take on in a tenant's own account; an empty one is the pipeline's account."""
    if text and not ROLE_ARN.fullmatch(text):
        raise InvalidInputError(
            f"{text!r} is not the ARN of a role", advice="one looks like arn:aws:iam::123456789012:role/NAME"
        )
    return text


def parse_version_prefix(text: str) -> str:
    """Check a template version as people type it: four or more of its leading hex digits."""
    if not VERSION_PREFIX.fullmatch(text):
        raise InvalidInputError(
            f"{text!r} is not a template version", advice="4 to 64 hex digits; `pipeline template list` shows them"
        )
    return text


def parse_version(text: str) -> TemplateVersion:
    """Check a template version that stands in a file: all of its digits."""
    if not VERSION.fullmatch(text):
        raise InvalidInputError(f"{text!r} is not a template version", advice="64 hex digits, as an export has them")
    return TemplateVersion(text)


def short(version: TemplateVersion | None) -> str | None:
    """Show a template version as people read it: its first 12 hex digits."""
    return None if version is None else version[:SHORT_VERSION_LENGTH]


def state_key(tenant: TenantId) -> str:
    """Give the key of a tenant's state in the state bucket."""
    return f"tenants/{tenant}/terraform.tfstate"
