"""`pipeline template`: build, publish, list, show and compare versions of the template."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.errors import NotFoundError
from pipeline.options import output_option
from pipeline.output import OutputFormat, echo, echo_json, plural, table
from pipeline.params import VERSION
from pipeline.values.identifiers import TemplateVersion, short

if TYPE_CHECKING:
    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.values.manifest import Manifest


@click.group()
def command() -> None:
    """Build, publish and compare versions of the template."""


@command.command()
@output_option
@pass_context
def build(context: Context, output: OutputFormat) -> None:
    """Synthesise the template and store it under its version; unchanged sources cost nothing."""
    done = context.builder.build()
    manifest = done.template.manifest
    context.github.outputs({"version": manifest.version})
    for warning in done.warnings:
        click.echo(f"warning: {warning}", err=True)
    if output is OutputFormat.JSON:
        document = {"version": manifest.version, "unchanged": done.unchanged, "directory": done.template.directory}
        echo_json({**document, "warnings": list(done.warnings)})
        return
    sizes = ", ".join(f"{name} with {plural(len(t.resources), 'resource')}" for name, t in manifest.tiers.items())
    echo(f"template {short(manifest.version)}: {sizes}{' (sources unchanged)' if done.unchanged else ''}")


@command.command()
@click.argument("version", type=VERSION, required=False)
@output_option
@pass_context
def publish(context: Context, version: str | None, output: OutputFormat) -> None:
    """Put a built version (the last one built) into the template bucket, and make it the stable one."""
    from pipeline.usecases.steps import now
    from pipeline.usecases.templates import find_version, publish

    if version is None:
        last = context.builder.last()
        if last is None:
            raise NotFoundError("no template was built here yet", advice="pipeline template build")
        wanted = last.manifest.version
    else:
        wanted = find_version(version, context.built_templates.versions())
    done = publish(
        context.templates,
        context.built_templates,
        context.workspaces,
        wanted,
        at=now(),
        by=context.runner.owner,
    )
    if output is OutputFormat.JSON:
        echo_json(done)
    else:
        stable = "now stable" if done.became_stable else "stable already"
        echo(f"template {short(done.version)}: {'published' if done.is_new else 'published before'}, {stable}")


@command.command()
@click.argument("version", type=VERSION)
@output_option
@pass_context
def promote(context: Context, version: str, output: OutputFormat) -> None:
    """Make a published version the stable one: what tenants without a pin are on after their next apply."""
    from pipeline.usecases.steps import now
    from pipeline.usecases.templates import find_version

    wanted = find_version(version, context.templates.versions())
    moved = context.templates.promote(context.templates.manifest(wanted), at=now(), by=context.runner.owner)
    if output is OutputFormat.JSON:
        echo_json({"version": wanted, "became_stable": moved})
    else:
        echo(f"template {short(wanted)}: {'now stable' if moved else 'stable already'}")


@command.command(name="list")
@output_option
@pass_context
def list_(context: Context, output: OutputFormat) -> None:
    """List the versions that were built here or published, the stable one marked."""
    built = context.built_templates.versions()
    history = context.templates.history()
    published = context.templates.versions()
    stable = history[-1].version if history else None
    since = {promotion.version: promotion.at for promotion in history}
    rows = [
        {
            "version": version,
            "built_here": version in built,
            "published": version in published,
            "stable": version == stable,
            "stable_since": since.get(version),
        }
        for version in sorted({*built, *published}, key=lambda v: (since[v].timestamp() if v in since else 0.0, v))
    ]
    if output is OutputFormat.JSON:
        echo_json(rows)
        return
    cells = [
        (
            short(TemplateVersion(str(row["version"]))),
            "yes" if row["built_here"] else None,
            "yes" if row["published"] else None,
            "stable" if row["stable"] else None,
            row["stable_since"] and f"{row['stable_since']:%Y-%m-%d %H:%M:%S} UTC",
        )
        for row in rows
    ]
    echo(table(("VERSION", "BUILT HERE", "PUBLISHED", "CHANNEL", "PROMOTED"), cells))


@command.command()
@click.argument("version", type=VERSION, required=False)
@output_option
@pass_context
def show(context: Context, version: str | None, output: OutputFormat) -> None:
    """Show what a version (the stable one) declares: tiers, variables, resources, outputs."""
    from pipeline.values.manifest import to_json

    manifest = find_stored(context, version).manifest
    if output is OutputFormat.JSON:
        echo_json(to_json(manifest))
    else:
        echo(_described(manifest))


@command.command()
@click.argument("old", type=VERSION)
@click.argument("new", type=VERSION, required=False)
@output_option
@pass_context
def diff(context: Context, old: str, new: str | None, output: OutputFormat) -> None:
    """Say what differs between two versions (NEW: the stable one), by resource and attribute."""
    from pipeline.usecases.templates import compare

    differences = list(compare(find_stored(context, old), find_stored(context, new)))
    if output is OutputFormat.JSON:
        echo_json(differences)
        return
    if not differences:
        echo("no difference")
    for tier in dict.fromkeys(difference.tier for difference in differences):
        echo(f"tier {tier}:")
        for found in (difference for difference in differences if difference.tier == tier):
            sign = {"added": "+", "removed": "-", "changed": "~"}[found.change]
            value = f".{found.attribute}: {_shown(found.before)} -> {_shown(found.after)}" if found.attribute else ""
            echo(f"  {sign} {found.address}{value}")


def find_template(context: Context, prefix: str | None) -> TemplateVersion | None:
    """Find the published version that starts with some digits; None stays None."""
    from pipeline.usecases.templates import find_version

    return None if prefix is None else find_version(prefix, context.templates.versions())


def find_stored(context: Context, prefix: str | None) -> StoredTemplate:
    """Find a version among those built here and those published; no digits mean the stable one."""
    from pipeline.usecases.templates import find_version

    if prefix is None:
        stable = context.templates.required_stable()
        _tell_of_another_build(context, stable)
        return context.templates.fetch(stable)
    built = context.built_templates.versions()
    try:
        return context.built_templates.load(find_version(prefix, built))
    except NotFoundError:
        return context.templates.fetch(find_version(prefix, context.templates.versions()))


def _tell_of_another_build(context: Context, stable: TemplateVersion) -> None:
    """Say that the stable version is not the one that was just built: whoever gives no version may mean that one."""
    built = context.builder.last_version()
    if built not in {None, stable}:
        shown = f"the stable version {short(stable)}, not {short(built)}, which was built here last"
        click.echo(f"note: this is about {shown}: give its digits for that one", err=True)


def _described(manifest: Manifest) -> str:
    lines = [f"template {manifest.version}"]
    for tier in manifest.tiers.values():
        lines += [f"\ntier {tier.name}", "  variables"]
        for variable in tier.variables.values():
            default = "required" if variable.required else f"default {_shown(variable.default)}"
            mark = "  (sensitive)" if variable.sensitive else ""
            lines.append(f"    {variable.name} ({variable.type}, {default}): {variable.description}{mark}")
            lines += [f"      {rule}" for rule in variable.rules]
        lines += [
            "  resources",
            *(f"    {address}{_mark(address, tier.protected_types)}" for address in tier.resources),
        ]
        lines.append("  outputs")
        for name, output in tier.outputs.items():
            lines.append(f"    {name}: {output.description}{'  (sensitive)' if output.sensitive else ''}")
    return "\n".join(lines)


def _mark(address: str, protected: tuple[str, ...]) -> str:
    return "  (protected)" if address.split(".", maxsplit=1)[0] in protected else ""


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
