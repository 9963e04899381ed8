"""Templates on this machine's disk: what was built here, and what was fetched from the template bucket."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.adapters.files import new_directory
from pipeline.errors import NotFoundError, TemplateError
from pipeline.values import manifest as manifests
from pipeline.values.digests import canonical_json, sha256_hex
from pipeline.values.identifiers import TemplateVersion
from pipeline.values.manifest import CONFIG_FILE, MANIFEST_FILE, Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.json_types import Json


@dataclass(frozen=True, kw_only=True)
class StoredTemplate:
    """A template version in a directory, its content checked against its digests."""

    directory: Path
    manifest: Manifest

    def config(self, tier: str) -> Json:
        """Read the config of a tier."""
        return json.loads((self.tier_directory(tier) / CONFIG_FILE).read_bytes())

    def tier_directory(self, tier: str) -> Path:
        """Give the directory with a tier's config and assets."""
        self.manifest.tier(tier)
        return self.directory / "tiers" / tier

    def lock_file(self, engine: str) -> Path | None:
        """Give the provider lock file of an engine, where the template has one."""
        return self.directory / lock_path(engine) if engine in self.manifest.locks else None


def lock_path(engine: str) -> str:
    """Give the path of an engine's provider lock file in a template."""
    return f"locks/{engine}.lock.hcl"


class TemplateDirectory:
    """A directory of template versions, one folder each."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, version: TemplateVersion) -> Path:
        """Give the folder of a version."""
        return self._root / version

    def versions(self) -> list[TemplateVersion]:
        """List the versions that are here, oldest first."""
        manifests_here = sorted(self._root.glob(f"*/{MANIFEST_FILE}"), key=lambda path: path.stat().st_mtime)
        return [TemplateVersion(path.parent.name) for path in manifests_here]

    def add(self, files: Mapping[str, bytes], manifest: Manifest) -> StoredTemplate:
        """Store a template; a version that is here already stays as it is, a damaged one is stored anew."""
        target = self.path(manifest.version)
        was_here = target.is_dir()  # asked first: what another process stores from now on is not damaged
        with suppress(NotFoundError, TemplateError):
            return self.load(manifest.version)
        if was_here:
            shutil.rmtree(target, ignore_errors=True)
        with new_directory(target) as directory:
            for path, content in files.items():
                (directory / path).parent.mkdir(parents=True, exist_ok=True)
                (directory / path).write_bytes(content)
            (directory / MANIFEST_FILE).write_bytes(canonical_json(manifests.to_json(manifest)))
        return self.load(manifest.version)

    def load(self, version: TemplateVersion) -> StoredTemplate:
        """Open a version; raises NotFoundError where it is not here, TemplateError where a file is not as it was."""
        directory = self.path(version)
        if not (directory / MANIFEST_FILE).is_file():
            raise NotFoundError(f"template {version[:12]} is not in {self._root}", advice="pipeline template build")
        manifest = manifests.from_json(_json(directory / MANIFEST_FILE))
        for path, digest in manifest.files.items():
            _check(directory / path, digest)
        if manifest.version != version or manifests.version_of(manifest.files) != version:
            raise TemplateError(f"{directory}/{MANIFEST_FILE} is not that of this version", advice=_advice(directory))
        return StoredTemplate(directory=directory, manifest=manifest)

    def files(self, template: StoredTemplate) -> dict[str, bytes]:
        """Read every file of a template, by its path in it."""
        return {path: (template.directory / path).read_bytes() for path in template.manifest.files}


def _json(path: Path) -> Json:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TemplateError(f"{path} is damaged: {error}", advice=_advice(path.parent)) from error


def _check(path: Path, digest: str) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TemplateError(f"{path} is missing: {error.strerror}", advice=_advice(path)) from error
    if sha256_hex(content) != digest:
        raise TemplateError(f"{path} is damaged: its content has changed since it was built", advice=_advice(path))


def _advice(path: Path) -> str:
    return f"delete the folder of this version ({path}) and build or fetch it again"
