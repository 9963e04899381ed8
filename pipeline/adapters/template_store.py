"""The template bucket: versions written once, and the channel that says which one rollouts move to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pipeline.errors import NotFoundError, TemplateError
from pipeline.values import manifest as manifests
from pipeline.values.digests import canonical_json, sha256_hex
from pipeline.values.identifiers import TemplateVersion
from pipeline.values.manifest import MANIFEST_FILE, Manifest

if TYPE_CHECKING:
    from pipeline.adapters.objects import Bucket, StoredObject
    from pipeline.adapters.template_directory import StoredTemplate, TemplateDirectory
    from pipeline.json_types import JsonObject

STABLE: Final = "channels/stable.json"


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """A version's turn as the stable one."""

    version: TemplateVersion
    at: datetime
    by: str
    tiers: tuple[str, ...] | None
    """The tiers that it has; None where it was promoted before this was noted."""


class TemplateStore:
    """The published templates, with a cache on this machine."""

    def __init__(self, bucket: Bucket, cache: TemplateDirectory) -> None:
        self._bucket = bucket
        self._cache = cache
        self._stable: TemplateVersion | None = None

    def publish(self, template: StoredTemplate, files: dict[str, bytes]) -> bool:
        """Write a version once, its manifest last: what has a manifest is whole. Tells whether it was new."""
        prefix = f"templates/{template.manifest.version}"
        manifest = canonical_json(manifests.to_json(template.manifest))
        for path, content in files.items():
            self._bucket.write_once(f"{prefix}/{path}", content)
        return self._bucket.write_once(f"{prefix}/{MANIFEST_FILE}", manifest)

    def has(self, version: TemplateVersion) -> bool:
        """Tell whether a version is published."""
        return self._bucket.read(f"templates/{version}/{MANIFEST_FILE}") is not None

    def versions(self) -> list[TemplateVersion]:
        """List the versions in the bucket."""
        return [TemplateVersion(name) for name in self._bucket.folders("templates/")]

    def fetch(self, version: TemplateVersion) -> StoredTemplate:
        """Give a published version from this machine's cache, fetching it where it is not there yet."""
        try:
            return self._cache.load(version)
        except NotFoundError:
            manifest = self.manifest(version)
            return self._cache.add({path: self._file(version, path, manifest) for path in manifest.files}, manifest)

    def manifest(self, version: TemplateVersion) -> Manifest:
        """Read a published version's manifest."""
        key = f"templates/{version}/{MANIFEST_FILE}"
        found = self._bucket.read(key)
        if found is None:
            raise NotFoundError(
                f"template {version[:12]} is not published", advice="pipeline template publish; pipeline template list"
            )
        try:
            manifest = manifests.from_json(json.loads(found.content))
        except ValueError as error:
            raise self._damaged(key, "damaged") from error
        if manifest.version != version:
            raise TemplateError(f"the manifest of template {version[:12]} is that of another version")
        return manifest

    def stable(self) -> TemplateVersion | None:
        """Give the version that rollouts move to, if one was ever published."""
        history = self.history()
        return history[-1].version if history else None

    def required_stable(self) -> TemplateVersion:
        """Give the version that rollouts move to; raises NotFoundError where none was ever published.

        It is read once, so that a command over many tenants brings all of them to the same one.
        """
        self._stable = self._stable or self.stable()
        if self._stable is None:
            raise NotFoundError(
                "no template version was published yet",
                advice="pipeline template build, then pipeline template publish",
            )
        return self._stable

    def history(self) -> list[Promotion]:
        """List the versions that were stable, oldest first."""
        return self._promotions(self._bucket.read(STABLE))

    def tiers(self) -> set[str]:
        """Name every tier that a stable version has or had: no tenant can be in another."""
        tiers_of = {promotion.version: promotion.tiers for promotion in self.history()}
        return {
            tier
            for version, noted in tiers_of.items()
            for tier in (self.manifest(version).tiers if noted is None else noted)
        }

    def promote(self, manifest: Manifest, *, at: datetime, by: str) -> bool:
        """Make a version the stable one; tells whether it was not yet."""
        read = self._bucket.read(STABLE)
        history = self._promotions(read)
        if history and history[-1].version == manifest.version:
            return False
        history.append(Promotion(version=manifest.version, at=at, by=by, tiers=tuple(sorted(manifest.tiers))))
        self._bucket.replace(STABLE, canonical_json(_channel(history)), read=read)
        self._stable = manifest.version
        return True

    def _file(self, version: TemplateVersion, path: str, manifest: Manifest) -> bytes:
        key = f"templates/{version}/{path}"
        found = self._bucket.read(key)
        if found is None or sha256_hex(found.content) != manifest.files[path]:
            raise self._damaged(key, "missing" if found is None else "damaged")
        return found.content

    def _promotions(self, read: StoredObject | None) -> list[Promotion]:
        try:
            entries = [] if read is None else json.loads(read.content)["history"]
            return [_promotion(entry) for entry in entries]
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(STABLE, "damaged") from error

    def _damaged(self, key: str, state: str) -> TemplateError:
        return TemplateError(
            f"{self._bucket.name}/{key} is {state}", advice="restore the object's former version in the bucket"
        )


def _promotion(entry: JsonObject) -> Promotion:
    return Promotion(
        version=TemplateVersion(entry["version"]),
        at=datetime.fromisoformat(entry["at"]),
        by=entry["by"],
        tiers=tuple(entry["tiers"]) if entry.get("tiers") is not None else None,
    )


def _channel(history: list[Promotion]) -> JsonObject:
    return {
        "version": history[-1].version,
        "history": [{"version": p.version, "at": p.at.isoformat(), "by": p.by, "tiers": p.tiers} for p in history],
    }
