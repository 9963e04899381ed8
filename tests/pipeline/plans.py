"""Plans as values, for tests that need no engine; and the tier and tenant that they are of."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pipeline.values.addresses import parse_address
from pipeline.values.identifiers import TenantId
from pipeline.values.manifest import Manifest, TierManifest
from pipeline.values.plan import Action, OutputChange, Path, Plan, PlanMode, ResourceChange
from pipeline.values.tier_config import describe
from tests.pipeline.projects import variable
from tests.pipeline.samples import TENANT, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.json_types import Json, JsonObject
    from pipeline.values.tenant import Tenant

PREFIX: Final = "${var.application}-${var.tenant_id}"
PATH: Final = "/${var.application}/tenants/${var.tenant_id}"


def statement(*resources: str, **more: Any) -> JsonObject:
    """Give a statement that allows something on some resources."""
    return {"Effect": "Allow", "Action": "x:*", "Resource": list(resources), **more}


def policy(*statements: JsonObject) -> str:
    """Write a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


POLICY: Final = policy(
    statement("${aws_dynamodb_table.orders.arn}", "${aws_dynamodb_table.orders.arn}/index/*"),
    statement(f"arn:aws:ssm:${{var.region}}:${{data.aws_caller_identity.current.account_id}}:parameter{PATH}/*"),
)
CONFIG: Final[JsonObject] = {
    "variable": {
        "tenant_id": variable("string"),
        "region": variable("string"),
        "seats": variable("number", default=1),
        "domain": variable("string", default=""),
        "application": variable("string", default="app"),
    },
    "locals": {"prefix": PREFIX},
    "provider": {"aws": {"default_tags": {"tags": {"tenant": "${var.tenant_id}"}}}},
    "resource": {
        "aws_dynamodb_table": {"orders": {"name": "${local.prefix}-orders"}},
        "aws_s3_bucket": {"files": {"bucket": f"{PREFIX}-files-${{data.aws_caller_identity.current.account_id}}"}},
        "aws_iam_role": {"application": {"name": f"{PREFIX}-application", "description": "For ${var.tenant_id}"}},
        "aws_iam_role_policy": {"application": {"name": "tenant", "policy": POLICY}},
        "aws_ssm_parameter": {"bucket": {"name": f"{PATH}/bucket"}},
        "aws_iam_group": {"everyone": {"name": PREFIX}},
    },
}


def manifest_of(*tiers: TierManifest) -> Manifest:
    """Give the manifest of a template with some tiers."""
    return Manifest(version=VERSION, tiers={tier.name: tier for tier in tiers}, locks={}, files={})


TEMPLATE: Final = manifest_of(describe("basic", "d" * 64, CONFIG))


def named(tenant_id: str, **inputs: Json) -> Tenant:
    """Give a tenant of that tier."""
    return replace(TENANT, tenant_id=TenantId(tenant_id), inputs=inputs)


def table_arn(tenant: str, name: str = "orders") -> str:
    """Give the ARN of a tenant's table."""
    return f"arn:aws:dynamodb:eu-central-1:123456789012:table/app-{tenant}-{name}"


def change(  # noqa: PLR0913 - a value with many fields
    address: str,
    action: Action = Action.UPDATE,
    before: JsonObject | None = None,
    after: JsonObject | None = None,
    *,
    unknown: Iterable[Path] = (),
    sensitive: Iterable[Path] = (),
    replace_paths: Iterable[Path] = (),
) -> ResourceChange:
    """Give what a plan does to a resource."""
    parsed = parse_address(address)
    return ResourceChange(
        address=address,
        module=parsed.module,
        mode=parsed.mode,
        type=parsed.type,
        name=parsed.name,
        index=parsed.index,
        provider="registry.terraform.io/hashicorp/aws",
        action=action,
        before=before,
        after=after,
        unknown=frozenset(unknown),
        sensitive=frozenset(sensitive),
        replace_paths=frozenset(replace_paths),
        reason=None,
        previous_address=None,
        importing=None,
        deposed=None,
    )


def plan(*changes: ResourceChange, outputs: tuple[OutputChange, ...] = ()) -> Plan:
    """Give a plan of some changes."""
    return Plan(
        changes=changes,
        drift=(),
        outputs=outputs,
        engine_version="1.11.4",
        mode=PlanMode.NORMAL,
        errored=False,
        applyable=None,
    )
