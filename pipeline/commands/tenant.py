"""`pipeline tenant`: the registry of tenants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.errors import InvalidInputError
from pipeline.options import output_option, ring_filter, tier_filter
from pipeline.output import OutputFormat, echo, echo_json, plural, table
from pipeline.params import ACCOUNT_ROLE, REGION, TENANT, TIER, VERSION, parse_pair
from pipeline.values.identifiers import Ring, short
from pipeline.values.tenant import Status

if TYPE_CHECKING:
    from pipeline.usecases.showing import Showing
    from pipeline.values.identifiers import TenantId
    from pipeline.values.manifest import Manifest
    from pipeline.values.tenant import Tenant

tenant_argument = click.argument("tenant_id", metavar="TENANT", type=TENANT)
input_option = click.option("--input", "inputs", metavar="NAME=VALUE", multiple=True, help="A value for an input.")
ring_option = click.option("--ring", type=click.Choice(Ring, case_sensitive=False), help="Its place in rollouts.")
region_option = click.option(
    "--region", type=REGION, help="Where its resources live.  [default: the control plane's region]"
)
role_option = click.option("--account-role", type=ACCOUNT_ROLE, help="ARN of the role to take on in its own account.")
reuse_option = click.option("--reuse-id", is_flag=True, help="Start over under the id of a deleted tenant.")


@click.group()
def command() -> None:
    """Add, list, show, change and remove tenants."""


@command.command()
@tenant_argument
@click.option("--tier", type=TIER, required=True, help="The variant of the template that it gets.")
@ring_option
@region_option
@role_option
@input_option
@reuse_option
@output_option
@pass_context
def add(
    context: Context,
    tenant_id: TenantId,
    tier: str,
    ring: Ring | None,
    region: str | None,
    account_role: str | None,
    inputs: tuple[str, ...],
    reuse_id: bool,
    output: OutputFormat,
) -> None:
    """Register a tenant; `pipeline apply` then gives it its resources."""
    from pipeline.usecases.steps import now
    from pipeline.usecases.tenants import Changes, add, new_tenant

    manifest = _stable(context)
    changes = Changes(tier=tier, ring=ring, region=region, account_role=account_role, set_inputs=_pairs(inputs))
    tenant = new_tenant(tenant_id, manifest, changes=changes, region=context.settings.region, at=now())
    (added,) = add(context.tools, [tenant], reuse=reuse_id)
    _report(context, added, f"tenant {tenant_id} registered in tier {tier}", output)


@command.command(name="list")
@tier_filter
@ring_filter
@click.option("--status", type=click.Choice(Status, case_sensitive=False), help="Only tenants in this status.")
@click.option("--version", type=VERSION, help="Only tenants last applied from this version.")
@output_option
@pass_context
def list_(
    context: Context,
    tier: str | None,
    ring: Ring | None,
    status: Status | None,
    version: str | None,
    output: OutputFormat,
) -> None:
    """List tenants; deleted ones only with --status deleted."""
    from pipeline.values.selection import Selection
    from pipeline.values.tenant_item import to_document

    selection = Selection(everyone=True, tier=tier, ring=ring, status=status, version=version)
    found = [t for t in context.registry.all() if selection.matches(t) and (status or t.status is not Status.DELETED)]
    if output is OutputFormat.JSON:
        showing = _showing(context)
        echo_json([to_document(showing.shown(tenant)) for tenant in found])
        return
    rows = [
        (t.tenant_id, t.tier, t.ring, t.region, t.status, short(t.applied.version) if t.applied else None)
        for t in found
    ]
    echo(table(("TENANT", "TIER", "RING", "REGION", "STATUS", "APPLIED"), rows))
    echo(plural(len(found), "tenant"))


@command.command()
@tenant_argument
@output_option
@pass_context
def show(context: Context, tenant_id: TenantId, output: OutputFormat) -> None:
    """Show everything about a tenant: record, last operation, resources, outputs."""
    from pipeline.usecases.tenants import without_effect
    from pipeline.values.tenant_item import to_document

    tenant = _showing(context).shown(context.registry.get(tenant_id))
    undeclared = without_effect(context.templates, tenant)
    state = context.states.read(tenant_id)
    owned = state.resources if state else ()
    outputs = {output.name: output.value for output in state.outputs} if state else {}
    if output is OutputFormat.JSON:
        echo_json(
            {**to_document(tenant), "undeclared_inputs": undeclared, "resources": owned, "outputs": outputs},
        )
        return
    echo(_described(tenant, undeclared))
    if owned:
        echo(f"\nresources ({len(owned)})")
        echo(table(("ADDRESS", "ID", "ARN"), [(r.address, r.id, r.arn) for r in owned]))
    if outputs:
        echo("\noutputs")
        echo(table(("NAME", "VALUE"), [(name, _plain(value)) for name, value in outputs.items()]))


@command.command(name="set")
@tenant_argument
@click.option("--tier", type=TIER, help="Another tier; the next apply moves it there, under the guard.")
@ring_option
@region_option
@role_option
@input_option
@click.option("--unset", metavar="NAME", multiple=True, help="Go back to an input's default.")
@output_option
@pass_context
def set_(
    context: Context,
    tenant_id: TenantId,
    tier: str | None,
    ring: Ring | None,
    region: str | None,
    account_role: str | None,
    inputs: tuple[str, ...],
    unset: tuple[str, ...],
    output: OutputFormat,
) -> None:
    """Change what a tenant should be; `pipeline apply` then makes it so."""
    from pipeline.usecases.tenants import Changes, change

    changes = Changes(
        tier=tier, ring=ring, region=region, account_role=account_role, set_inputs=_pairs(inputs), unset_inputs=unset
    )
    changed = change(context.tools, tenant_id, changes)
    _report(context, changed, f"tenant {tenant_id} is at revision {changed.revision}", output)


@command.command()
@tenant_argument
@output_option
@pass_context
def remove(context: Context, tenant_id: TenantId, output: OutputFormat) -> None:
    """Take a tenant that owns nothing out of the registry; its row stays as a tombstone."""
    from pipeline.usecases.tenants import remove

    _report(context, remove(context.tools, tenant_id), f"tenant {tenant_id} removed", output)


@command.command()
@tenant_argument
@click.argument("version", type=VERSION, required=False)
@click.option("--off", is_flag=True, help="Let it follow the stable version again.")
@output_option
@pass_context
def pin(context: Context, tenant_id: TenantId, version: str | None, off: bool, output: OutputFormat) -> None:
    """Keep a tenant on one version, whatever the stable one is; rollouts to other versions leave it out."""
    from pipeline.commands.template import find_template
    from pipeline.usecases.tenants import pin

    if (version is None) is not off:
        raise InvalidInputError("give a version, or --off", advice="pipeline template list shows versions")
    pinned = pin(context.registry, tenant_id, find_template(context, version))
    where = f"is pinned to {short(pinned.pinned)}" if pinned.pinned else "follows the stable version"
    _report(context, pinned, f"tenant {tenant_id} {where}; pipeline apply {tenant_id} brings it there", output)


@command.command(name="import")
@click.argument("file", type=click.File("rb"))
@reuse_option
@output_option
@pass_context
def import_(context: Context, file: IO[bytes], reuse_id: bool, output: OutputFormat) -> None:
    """Register the tenants of a JSON file as `export` writes it; where one is not acceptable, none is."""
    from pipeline.usecases.carrying import read_tenants
    from pipeline.usecases.steps import now
    from pipeline.usecases.tenants import add

    tenants = read_tenants(file.read(), file.name, region=context.settings.region, at=now())
    added = add(context.tools, tenants, reuse=reuse_id)
    if output is OutputFormat.JSON:
        echo_json({"added": [tenant.tenant_id for tenant in added]})
    else:
        echo(f"{plural(len(added), 'tenant')} registered")


@command.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@pass_context
def export(context: Context, file: Path) -> None:
    """Write what every living tenant should be as JSON, for `import` and for safe keeping: secrets are in clear."""
    from pipeline.adapters.files import write_whole
    from pipeline.usecases.carrying import tenants_document

    living = [tenant for tenant in context.registry.all() if tenant.status is not Status.DELETED]
    document = tenants_document(living)
    if str(file) == "-":
        echo_json(document)
    else:
        write_whole(file, (json.dumps(document, indent=2) + "\n").encode(), mode=0o600)
        echo(f"{plural(len(living), 'tenant')} written to {file}")


def _stable(context: Context) -> Manifest:
    return context.templates.fetch(context.templates.required_stable()).manifest


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    return dict(parse_pair(text) for text in texts)


def _report(context: Context, tenant: Tenant, text: str, output: OutputFormat) -> None:
    from pipeline.values.tenant_item import to_document

    if output is OutputFormat.JSON:
        echo_json(to_document(_showing(context).shown(tenant)))
    else:
        echo(text)


def _showing(context: Context) -> Showing:
    from pipeline.usecases.showing import Showing

    return Showing(templates=context.templates)


def _described(tenant: Tenant, undeclared: tuple[str, ...]) -> str:
    applied = tenant.applied
    operation = tenant.operation
    lease = tenant.lease
    rows: list[tuple[str, object]] = [
        ("tenant", tenant.tenant_id),
        ("tier", tenant.tier),
        ("ring", tenant.ring),
        ("region", tenant.region),
        ("account role", tenant.account_role or None),
        ("inputs", json.dumps(tenant.inputs) if tenant.inputs else None),
        *[("no effect", f"{name}: its version does not declare this input") for name in undeclared],
        ("status", tenant.status),
        ("pinned", short(tenant.pinned)),
        (
            "applied",
            applied and f"{short(applied.version)} at {applied.at:%Y-%m-%d %H:%M:%S} UTC, {applied.duration} s",
        ),
        ("operation", operation and f"{operation.kind}: {operation.outcome}: {operation.summary}"),
        ("busy", lease and f"{lease.operation} by {lease.owner} since {lease.acquired_at:%H:%M:%S} UTC"),
        ("last error", tenant.last_error),
        ("drift", "; ".join(tenant.known_drift) or None),
    ]
    return "\n".join(f"{name + ':':14}{'-' if value is None else value}" for name, value in rows)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
