"""The provider block of a configuration, as a value."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.values import UNKNOWN, Object, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDPOINT_NAMES: Mapping[str, tuple[str, ...]] = {
    "cognito-identity": ("cognitoidentity",),
    "cognito-idp": ("cognitoidp", "cognitoidentityprovider"),
    "events": ("events", "eventbridge", "cloudwatchevents"),
    "logs": ("logs", "cloudwatchlogs", "cloudwatchlog"),
    "resource-groups": ("resourcegroups",),
    "stepfunctions": ("sfn", "stepfunctions"),
}
"""What the endpoints block calls a service, where it is not boto3's name."""


@dataclass(frozen=True, kw_only=True)
class AssumedRole:
    """A role that the provider takes on before it calls AWS."""

    role_arn: str
    session_name: str = "terraform"
    external_id: str = ""


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """How to reach AWS, and what to put on everything that is made there."""

    region: str
    access_key: str = ""
    secret_key: str = ""
    token: str = ""
    profile: str = ""
    roles: tuple[AssumedRole, ...] = ()
    endpoints: tuple[tuple[str, str], ...] = ()
    path_style: bool = False
    any_region: bool = False
    allowed_accounts: frozenset[str] = frozenset()
    forbidden_accounts: frozenset[str] = frozenset()
    default_tags: tuple[tuple[str, str], ...] = ()
    ignored_tags: frozenset[str] = frozenset()
    ignored_tag_prefixes: tuple[str, ...] = ()

    def endpoint(self, service: str) -> str | None:
        """Return the endpoint that the configuration names for a boto3 service; without one, boto3 decides."""
        endpoints = dict(self.endpoints)
        return next((endpoints[name] for name in _ENDPOINT_NAMES.get(service, (service,)) if name in endpoints), None)


def read_settings(config: Object) -> ProviderSettings:
    """Read the provider block; what is not in it comes from the environment. ProviderError if there is no region."""
    given = _known(config)
    region = given.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise ProviderError("Missing region: set `region` in the provider block, or AWS_REGION.")
    ignored = _first(given, "ignore_tags")
    return ProviderSettings(
        region=region,
        access_key=given.get("access_key") or "",
        secret_key=given.get("secret_key") or "",
        token=given.get("token") or "",
        profile=given.get("profile") or "",
        roles=tuple(_role(role) for role in given.get("assume_role") or () if role.get("role_arn")),
        endpoints=tuple(sorted((k, v) for block in given.get("endpoints") or () for k, v in block.items() if v)),
        path_style=bool(given.get("s3_use_path_style")),
        any_region=bool(given.get("skip_region_validation")),
        allowed_accounts=frozenset(given.get("allowed_account_ids") or ()),
        forbidden_accounts=frozenset(given.get("forbidden_account_ids") or ()),
        default_tags=tuple(sorted((_first(given, "default_tags").get("tags") or {}).items())),
        ignored_tags=frozenset(ignored.get("keys") or ()),
        ignored_tag_prefixes=tuple(ignored.get("key_prefixes") or ()),
    )


def _role(role: Object) -> AssumedRole:
    return AssumedRole(
        role_arn=role["role_arn"],
        session_name=role.get("session_name") or "terraform",
        external_id=role.get("external_id") or "",
    )


def _first(given: Object, block: str) -> Object:
    blocks = given.get(block) or [{}]
    return dict(blocks[0] or {})


def _known(value: Value) -> Value:
    """Take what is not known yet for not set: terraform configures providers for a plan before all is known."""
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item) for item in value]
    return None if value is UNKNOWN else value
