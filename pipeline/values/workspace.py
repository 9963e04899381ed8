"""What stands in a tenant's workspace, as documents: the backend, the variables, the overrides of the environment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.errors import InvalidInputError
from pipeline.settings import LockMode, Settings
from pipeline.values.digests import digest_of
from pipeline.values.identifiers import TenantId, short, state_key
from pipeline.values.manifest import (
    ACCOUNT_ROLE_VARIABLE,
    REGION_VARIABLE,
    TENANT_ID_VARIABLE,
    Manifest,
    TierManifest,
)
from pipeline.values.tier_config import kept_from_destroy, provider_blocks

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from pipeline.values.tenant import Tenant

BACKEND_STATE_VERSION: Final = 3  # format of .terraform/terraform.tfstate


def backend_config(settings: Settings, tenant: TenantId) -> JsonObject:
    """Give the S3 backend of a tenant in full, key included: a forgotten key must never mean another's state."""
    return backend_at(settings, state_key(tenant))


def backend_at(settings: Settings, key: str) -> JsonObject:
    """Give the S3 backend whose state is at a key."""
    locks: JsonObject = {}
    if settings.lock_mode in {LockMode.DYNAMODB, LockMode.BOTH}:
        locks["dynamodb_table"] = settings.lock_table
    if settings.lock_mode in {LockMode.LOCKFILE, LockMode.BOTH}:
        locks["use_lockfile"] = True
    return {
        "bucket": settings.state_bucket,
        "key": key,
        "region": settings.region,
        "encrypt": True,
        **locks,
        **settings.backend_overrides,
    }


def backend_file(config: JsonObject) -> JsonObject:
    """Give the config file that sets the backend."""
    return {"terraform": {"backend": {"s3": config}}}


def initialised_backend(config: JsonObject, engine_version: str) -> JsonObject:
    """Give the file by which the engine knows an initialised backend.

    The engine compares the content with the config's and accepts it without an init where they are equal; the hash is
    its short cut, and 0 is none. The format is internal: where an engine does not take it, it asks for an init.
    """
    return {
        "version": BACKEND_STATE_VERSION,
        "terraform_version": engine_version,
        "backend": {"type": "s3", "config": config, "hash": 0},
    }


def override_file(settings: Settings, tier_config: JsonObject, *, to_destroy: bool = False) -> JsonObject | None:
    """Give the override file with what this environment needs of the providers; None where it needs nothing.

    A workspace `to_destroy` a tenant also takes back every `prevent_destroy`: the engine knows no other way past it.
    """
    providers: dict[str, list[JsonObject]] = {}
    for name, block in provider_blocks(tier_config):
        if name in settings.provider_overrides:
            alias = {"alias": block["alias"]} if "alias" in block else {}
            providers.setdefault(name, []).append({**alias, **settings.provider_overrides[name]})
    resources: dict[str, JsonObject] = {}
    for kind, name in kept_from_destroy(tier_config) if to_destroy else ():
        resources.setdefault(kind, {})[name] = {"lifecycle": {"prevent_destroy": False}}
    return {key: blocks for key, blocks in (("provider", providers), ("resource", resources)) if blocks} or None


def variable_values(tenant: Tenant, tier: TierManifest) -> JsonObject:
    """Give the value of every variable of a tier that the registry knows one for."""
    from_row = {
        TENANT_ID_VARIABLE: tenant.tenant_id,
        REGION_VARIABLE: tenant.region,
        ACCOUNT_ROLE_VARIABLE: tenant.account_role,
    }
    declared = {name: value for name, value in from_row.items() if name in tier.variables}
    return declared | declared_inputs(tenant, tier)


def looked_at_with(settings: Settings, tenant: Tenant) -> Tenant:
    """Give a tenant with the role by which this environment reaches its account."""
    account, found, _ = tenant.account_role.partition(":role/")
    if not found or not settings.account_role_name:
        return tenant
    return replace(tenant, account_role=f"{account}:role/{settings.account_role_name}")


def declared_inputs(tenant: Tenant, tier: TierManifest) -> JsonObject:
    """Give the inputs that a tier declares; a tenant can have others, for versions before or after this one."""
    return {name: value for name, value in tenant.inputs.items() if name in tier.inputs}


def undeclared_inputs(tenant: Tenant, tier: TierManifest) -> tuple[str, ...]:
    """Name the inputs that a tier does not declare, so that they have no effect in it."""
    return tuple(sorted(set(tenant.inputs) - set(tier.inputs)))


def missing_inputs(tenant: Tenant, tier: TierManifest) -> tuple[str, ...]:
    """Name the inputs that a tier requires and the tenant has no value for."""
    return tuple(sorted(n for n, variable in tier.inputs.items() if variable.required and n not in tenant.inputs))


def check_complete(tenant: Tenant, manifest: Manifest) -> None:
    """Check that a tenant has every input that a version requires; raises InvalidInputError naming those it lacks."""
    missing = missing_inputs(tenant, manifest.tier(tenant.tier))
    if missing:
        options = " ".join(f"--input {name}=..." for name in missing)
        raise InvalidInputError(
            f"tenant {tenant.tenant_id} has no value for {', '.join(missing)},"
            f" which version {short(manifest.version)} requires",
            advice=f"pipeline tenant set {tenant.tenant_id} {options}",
        )


def fingerprint(manifest: Manifest, tenant: Tenant, engine: str) -> str:
    """Give the digest of everything that a tenant's resources follow from."""
    values = variable_values(tenant, manifest.tier(tenant.tier))
    return digest_of([manifest.config_digest(tenant.tier, engine), values])
