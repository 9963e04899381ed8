"""Builds the template: runs the app, cleans and checks what it gives, and stores it under its version.

Same sources, same bytes: the version is the digest of the content. Where the sources and the toolchain are those of
the last build, nothing runs at all, unless the template has files besides its configs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.adapters.files import write_whole
from pipeline.adapters.synthesis import SynthesisedStack, sources_digest, synthesise
from pipeline.adapters.template_directory import StoredTemplate, TemplateDirectory, lock_path
from pipeline.errors import PipelineError, TemplateError
from pipeline.values import tier_config
from pipeline.values.digests import canonical_json, digest_of, sha256_hex
from pipeline.values.identifiers import TIER, TemplateVersion
from pipeline.values.management import STACK as MANAGEMENT_STACK
from pipeline.values.manifest import CONFIG_FILE, TENANT_ID_VARIABLE, Manifest, tier_files, version_of

if TYPE_CHECKING:
    from pathlib import Path

LAST_BUILD: Final = "last_build.json"
ENGINES: Final = ("terraform", "tofu")
LOCKS_FOLDER: Final = "template_locks"


@dataclass(frozen=True, kw_only=True)
class Build:
    """A built template, and whether anything had to run for it."""

    template: StoredTemplate
    unchanged: bool
    warnings: tuple[str, ...]
    """What is not wrong, but is hardly meant."""


class TemplateBuilder:
    """Builds the template of a project into a directory of versions."""

    def __init__(self, *, project: Path, sources: tuple[str, ...], versions: TemplateDirectory, record: Path) -> None:
        self._project = project
        self._sources = sources
        self._versions = versions
        self._record = record

    def build(self) -> Build:
        """Build, or find that the last build still holds."""
        digest = sources_digest(self._project, self._sources)
        if (last := self._last(digest)) is not None:
            return last
        with synthesise(self._project) as stacks:
            files = self._files(stacks)
            warnings = tuple(warning for stack in stacks for warning in _warnings(stack))
            # What was copied in beside a config, such as a Terraform module, may come from anywhere, and nobody says
            # from where: it is looked at again each time.
            sources = None if any(stack.assets for stack in stacks) else digest
        template = self._versions.add(files, _manifest(files))
        self._record.parent.mkdir(parents=True, exist_ok=True)
        record = {"sources": sources, "version": template.manifest.version, "warnings": warnings}
        write_whole(self._record, canonical_json(record))
        return Build(template=template, unchanged=False, warnings=warnings)

    def last(self) -> StoredTemplate | None:
        """Give the template that was last built here, if there is one."""
        try:
            return None if (version := self.last_version()) is None else self._versions.load(version)
        except (ValueError, KeyError, TypeError):  # its manifest is none
            return None

    def last_version(self) -> TemplateVersion | None:
        """Give the version that was last built here, if there is one."""
        try:
            return TemplateVersion(json.loads(self._record.read_bytes())["version"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _last(self, digest: str) -> Build | None:
        try:
            record = json.loads(self._record.read_bytes())
            if record["sources"] != digest or (template := self.last()) is None:
                return None
            return Build(template=template, unchanged=True, warnings=tuple(record["warnings"]))
        except (OSError, ValueError, KeyError, TypeError, PipelineError):
            return None  # no record, or not a usable one: build

    def _files(self, stacks: list[SynthesisedStack]) -> dict[str, bytes]:
        tiers = [stack for stack in stacks if tier_config.is_tier(stack.config)]
        if not tiers:
            raise TemplateError("no stack of main.py declares the variable tenant_id, so there is no tier")
        found = [f"{stack.name}: {problem}" for stack in tiers for problem in _problems(stack)]
        if found:
            raise TemplateError("the template is not fit to be published:\n  " + "\n  ".join(found))
        files = {}
        for stack in tiers:
            config = tier_config.without_backend(tier_config.without_metadata(stack.config))
            files[f"tiers/{stack.name}/{CONFIG_FILE}"] = canonical_json(config)
            files |= {f"tiers/{stack.name}/{path}": content for path, content in stack.assets.items()}
        for engine in ENGINES:
            if (lock := self._project / LOCKS_FOLDER / f"{engine}.lock.hcl").is_file():
                files[lock_path(engine)] = lock.read_bytes()
        return files


def _problems(stack: SynthesisedStack) -> list[str]:
    found = tier_config.problems(tier_config.without_metadata(stack.config))
    if not TIER.fullmatch(stack.name):
        found.append("the stack's id is not a tier name (lower-case letters, digits, hyphens)")
    return found


def _warnings(stack: SynthesisedStack) -> list[str]:
    if tier_config.is_tier(stack.config):
        return [f"{stack.name}: {warning}" for warning in tier_config.warnings(stack.config)]
    if stack.name == MANAGEMENT_STACK:
        return []
    return [f"{stack.name}: there is no variable {TENANT_ID_VARIABLE}: the stack is no tier, and left out"]


def _manifest(files: dict[str, bytes]) -> Manifest:
    digests = {path: sha256_hex(content) for path, content in sorted(files.items())}
    names = sorted({path.split("/")[1] for path in files if path.startswith("tiers/")})
    configs = {name: json.loads(files[f"tiers/{name}/{CONFIG_FILE}"]) for name in names}
    return Manifest(
        version=version_of(digests),
        tiers={
            name: tier_config.describe(name, digest_of(tier_files(name, digests)), config)
            for name, config in configs.items()
        },
        locks={engine: digests[lock_path(engine)] for engine in ENGINES if lock_path(engine) in digests},
        files=digests,
    )
