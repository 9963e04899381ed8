"""Values that tests start from: a tenant, and the files of a template."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pipeline.values import tier_config
from pipeline.values.digests import canonical_json, digest_of, sha256_hex
from pipeline.values.identifiers import Ring, TemplateVersion, TenantId
from pipeline.values.manifest import Manifest, tier_files, version_of
from pipeline.values.tenant import Applied, Lease, Operation, Outcome, Tenant
from tests.pipeline import projects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.json_types import JsonObject

AT: Final = datetime(2026, 3, 1, 12, 30, 15, 250000, tzinfo=UTC)
VERSION: Final = TemplateVersion("ab" * 32)
TENANT: Final = Tenant(
    tenant_id=TenantId("acme"),
    tier="basic",
    ring=Ring.GENERAL,
    region="eu-central-1",
    inputs={"seats": 7},
    created_at=AT,
)
LEASE: Final = Lease(owner="me@here:1", operation="apply", run_url=None, acquired_at=AT, expires_at=AT)
OPERATION: Final = Operation(
    kind="apply", version=VERSION, started_at=AT, ended_at=AT, outcome=Outcome.SUCCEEDED, summary="1 added"
)


def applied(tenant: Tenant, **changes: Any) -> Applied:
    """Give what a tenant was applied from, as it stands."""
    values: dict[str, Any] = {
        "version": VERSION,
        "fingerprint": "f" * 64,
        "config_digest": "c" * 64,
        "specification_digest": tenant.specification_digest,
        "at": AT,
        "duration": 12.345,
    }
    return Applied(**values | changes)


def template_files(
    configs: Mapping[str, JsonObject] | None = None, locks: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Give the files of a template by their path: one tier, no lock file, unless told otherwise."""
    found = {"basic": projects.tier_config()} if configs is None else configs
    return {f"tiers/{name}/cdk.tf.json": canonical_json(config) for name, config in found.items()} | {
        f"locks/{engine}.lock.hcl": content for engine, content in (locks or {}).items()
    }


def manifest_of(files: Mapping[str, bytes]) -> Manifest:
    """Describe the files of a template as a build does."""
    digests = {path: sha256_hex(content) for path, content in files.items()}
    names = {path.split("/")[1] for path in files if path.startswith("tiers/")}
    return Manifest(
        version=version_of(digests),
        tiers={
            name: tier_config.describe(name, digest_of(tier_files(name, digests)), _config(files, name))
            for name in sorted(names)
        },
        locks={path.split("/")[1].split(".")[0]: digests[path] for path in files if path.startswith("locks/")},
        files=digests,
    )


def _config(files: Mapping[str, bytes], tier: str) -> JsonObject:
    config: JsonObject = json.loads(files[f"tiers/{tier}/cdk.tf.json"])
    return config
