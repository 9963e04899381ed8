"""Published templates: publishing, finding by a few digits, comparing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import EngineError, InvalidInputError, NotFoundError, TemplateError
from pipeline.values.identifiers import TemplateVersion, short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pipeline.adapters.template_directory import StoredTemplate, TemplateDirectory
    from pipeline.adapters.template_store import TemplateStore
    from pipeline.adapters.workspaces import Workspaces
    from pipeline.json_types import Json, JsonObject


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a publish did."""

    version: TemplateVersion
    is_new: bool
    became_stable: bool


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that differs between two versions of a tier."""

    tier: str
    address: str
    change: str
    """`added`, `removed` or `changed`."""
    attribute: str | None = None
    before: Json = None
    after: Json = None


def publish(
    store: TemplateStore,
    built: TemplateDirectory,
    workspaces: Workspaces,
    version: TemplateVersion,
    *,
    at: datetime,
    by: str,
) -> Published:
    """Put a built version into the template bucket and make it the stable one; a second time is a no-op."""
    template = built.load(version)
    is_new = not store.has(version)
    if is_new:  # what is published was checked, and never changes
        _check(workspaces, template)
        is_new = store.publish(template, built.files(template))
    return Published(version=version, is_new=is_new, became_stable=store.promote(template.manifest, at=at, by=by))


def find_version(prefix: str, *places: list[TemplateVersion]) -> TemplateVersion:
    """Find the one version that starts with some digits."""
    found = sorted({version for place in places for version in place if version.startswith(prefix)})
    if not found:
        raise NotFoundError(f"there is no template version {prefix}", advice="pipeline template list")
    if len(found) > 1:
        shown = ", ".join(str(short(version)) for version in found)
        raise InvalidInputError(f"{prefix} could be {shown}", advice="give more digits")
    return found[0]


def compare(old: StoredTemplate, new: StoredTemplate) -> Iterator[Difference]:
    """Say what differs between two versions, by tier, block and attribute."""
    for tier in sorted({*old.manifest.tiers, *new.manifest.tiers}):
        if tier not in old.manifest.tiers or tier not in new.manifest.tiers:
            change = "added" if tier in new.manifest.tiers else "removed"
            yield Difference(tier=tier, address=f"tier {tier}", change=change)
        else:
            yield from _compare_tiers(tier, _blocks(old.config(tier)), _blocks(new.config(tier)))
    for path in sorted({*old.manifest.locks, *new.manifest.locks}):
        if old.manifest.locks.get(path) != new.manifest.locks.get(path):
            yield Difference(tier="*", address=f"provider lock file of {path}", change="changed")


def _check(workspaces: Workspaces, template: StoredTemplate) -> None:
    """Let the engine look at every tier: were a faulty version the stable one, the plans of all tenants would fail."""
    refusal = f"template {short(template.manifest.version)} is not published"
    faults: list[str] = []
    for tier in template.manifest.tiers:
        try:
            faults += [f"{tier}: {fault}" for fault in workspaces.faults(template, tier)]
        except EngineError as error:
            raise EngineError(
                f"{refusal}: its tier {tier} could not be checked: {error.message}",
                advice=error.advice or "publish where the engine can install the template's providers",
            ) from error
    if faults:
        raise TemplateError(f"{refusal}, the engine finds faults in it:\n  " + "\n  ".join(faults))


def _compare_tiers(tier: str, old: dict[str, Json], new: dict[str, Json]) -> Iterator[Difference]:
    for address in sorted({*old, *new}):
        if address not in new:
            yield Difference(tier=tier, address=address, change="removed")
        elif address not in old:
            yield Difference(tier=tier, address=address, change="added")
        else:
            for attribute, before, after in _attributes("", old[address], new[address]):
                yield Difference(
                    tier=tier, address=address, change="changed", attribute=attribute, before=before, after=after
                )


def _blocks(config: JsonObject) -> dict[str, Json]:
    """Give every block of a config by its address, as people name it."""
    found: dict[str, Json] = {}
    for kind, prefix in (("resource", ""), ("data", "data.")):
        for type_, blocks in config.get(kind, {}).items():
            found |= {f"{prefix}{type_}.{name}": block for name, block in blocks.items()}
    for kind, prefix in (("variable", "var."), ("output", "output."), ("locals", "local."), ("module", "module.")):
        found |= {f"{prefix}{name}": block for name, block in config.get(kind, {}).items()}
    found |= {kind: config[kind] for kind in ("provider", "terraform") if kind in config}
    return found


def _attributes(path: str, old: Json, new: Json) -> Iterator[tuple[str, Json, Json]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _attributes(f"{path}.{key}" if path else key, old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _attributes(f"{path}[{index}]", before, after)
    else:
        yield path, old, new
