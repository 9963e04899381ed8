"""The directories in which plain terraform works for one tenant, made without an init of their own.

One real init per engine, provider requirements and machine (the seed) brings providers and modules; a workspace links
to them and brings its own backend. See docs/adr/0002-workspaces-without-init.md.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.adapters.engine import EngineCommandError, asks_for_init
from pipeline.adapters.files import new_directory, write_whole
from pipeline.values.digests import canonical_json, digest_of
from pipeline.values.manifest import tier_files
from pipeline.values.workspace import (
    backend_config,
    backend_file,
    check_complete,
    initialised_backend,
    looked_at_with,
    override_file,
    variable_values,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.adapters.engine import Diagnostic, Engine
    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.json_types import Json, JsonObject
    from pipeline.settings import Settings
    from pipeline.values.identifiers import TenantId
    from pipeline.values.tenant import Tenant

LOCK_FILE: Final = ".terraform.lock.hcl"
SEED_RECORD: Final = "seed.json"
VARIABLES_FILE: Final = "terraform.tfvars.json"
BACKEND_FILE: Final = "backend.tf.json"
OVERRIDE_FILE: Final = "environment_override.tf.json"
DATA_FOLDER: Final = ".terraform"
SECRET: Final = 0o600  # inputs can be sensitive
APART: Final = "apart"
LONGEST_RUN_SECONDS: Final = 24 * 3600
SHARED: Final = ("providers", "modules")
WHERE_PROVIDERS_COME_FROM: Final = ("TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR")


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A tenant's directory, ready for the engine."""

    tenant: TenantId
    directory: Path


@dataclass(frozen=True, kw_only=True)
class Seed:
    """An initialised directory that workspaces take their providers and modules from."""

    directory: Path
    engine_version: str
    lock_file: bytes | None


class Workspaces:
    """Writes workspaces into one folder, a directory per tenant."""

    def __init__(self, *, root: Path, seeds: Path, engine: Engine, settings: Settings) -> None:
        self._root = root
        self._seeds = seeds
        self._engine = engine
        self._settings = settings
        self._known: dict[tuple[str, str], tuple[Seed, JsonObject]] = {}
        self._seeding = threading.Lock()

    @contextmanager
    def apart(self) -> Iterator[Workspaces]:
        """Give workspaces of their own, which touch nobody else's and are gone when the block ends."""
        folder = self._root.parent / APART
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():  # by a run that was killed: what it planned can hold secrets
            if time.time() - left.stat().st_mtime > LONGEST_RUN_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as root:
            yield Workspaces(root=Path(root), seeds=self._seeds, engine=self._engine, settings=self._settings)

    def directory(self, tenant: TenantId) -> Path:
        """Give the directory of a tenant's workspace, written or not."""
        return self._root / tenant

    def write(
        self,
        tenant: Tenant,
        template: StoredTemplate,
        overrides: Mapping[str, Json] | None = None,
        *,
        to_destroy: bool = False,
    ) -> Workspace:
        """Write a tenant's workspace for a version that it has the inputs for; `overrides` replace values."""
        check_complete(tenant, template.manifest)
        seed, config = self._seed(template, tenant.tier)
        directory = self.directory(tenant.tenant_id)
        data = directory / DATA_FOLDER
        data.mkdir(parents=True, exist_ok=True)
        backend = backend_config(self._settings, tenant.tenant_id)
        seen = looked_at_with(self._settings, tenant)
        values = variable_values(seen, template.manifest.tier(tenant.tier)) | dict(overrides or {})
        _copy_tier(template, tenant.tier, directory)
        write_whole(directory / VARIABLES_FILE, canonical_json(values), mode=SECRET)
        write_whole(directory / BACKEND_FILE, canonical_json(backend_file(backend)))
        write_whole(data / "terraform.tfstate", canonical_json(initialised_backend(backend, seed.engine_version)))
        self._provide(directory, seed, config, to_destroy=to_destroy)
        return Workspace(tenant=tenant.tenant_id, directory=directory)

    def faults(self, template: StoredTemplate, tier: str) -> tuple[Diagnostic, ...]:
        """List what the engine finds wrong in a tier, without any tenant; nothing where it is sound."""
        self._root.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._root.parent, prefix="check-") as name:
            directory = Path(name)
            _copy_tier(template, tier, directory)
            try:
                seed, config = self._seed(template, tier)
            except EngineCommandError:  # an init tells less of a fault in the config
                if found := tuple(d for d in self._engine.validate(directory) if not asks_for_init(d.summary)):
                    return found
                raise
            self._provide(directory, seed, config)
            return self._engine.validate(directory)

    def initialise(self, workspace: Workspace) -> None:
        """Run a real init in a workspace: for an engine that does not take what was prepared."""
        for name in SHARED:  # an init writes into them, and the seed is everybody's
            if (path := workspace.directory / DATA_FOLDER / name).is_symlink():
                path.unlink()
        self._engine.init(workspace.directory, "-reconfigure")

    def remove(self, tenant: TenantId) -> None:
        """Delete a tenant's workspace."""
        shutil.rmtree(self.directory(tenant), ignore_errors=True)

    def _provide(self, directory: Path, seed: Seed, config: JsonObject, *, to_destroy: bool = False) -> None:
        """Give a directory the providers and modules of a seed, as this environment needs them."""
        override = override_file(self._settings, config, to_destroy=to_destroy)
        _write_or_remove(directory / OVERRIDE_FILE, _content(override))
        _write_or_remove(directory / LOCK_FILE, seed.lock_file)
        data = directory / DATA_FOLDER
        data.mkdir(exist_ok=True)
        for name in SHARED:
            _link(data / name, seed.directory / DATA_FOLDER / name)

    def _seed(self, template: StoredTemplate, tier: str) -> tuple[Seed, JsonObject]:
        key = (template.manifest.version, tier)
        with self._seeding:
            if key not in self._known:
                config = template.config(tier)
                self._known[key] = (self._make_seed(template, tier, config), config)
        return self._known[key]

    def _make_seed(self, template: StoredTemplate, tier: str, config: JsonObject) -> Seed:
        directory = self._seeds / self._seed_key(template, tier, config)
        if not (directory / SEED_RECORD).is_file():
            with new_directory(directory) as fresh:
                _copy_tier(template, tier, fresh)
                lock = template.lock_file(self._engine.name)
                if lock is not None:
                    (fresh / LOCK_FILE).write_bytes(lock.read_bytes())
                self._engine.init(fresh, "-backend=false", *(["-lockfile=readonly"] if lock else []))
                (fresh / SEED_RECORD).write_bytes(canonical_json({"engine_version": self._engine.version}))
        lock_file = directory / LOCK_FILE
        return Seed(
            directory=directory,
            engine_version=json.loads((directory / SEED_RECORD).read_bytes())["engine_version"],
            lock_file=lock_file.read_bytes() if lock_file.is_file() else None,
        )

    def _seed_key(self, template: StoredTemplate, tier: str, config: JsonObject) -> str:
        """Name what an init depends on: the engine, the providers asked for and where they come from, modules."""
        binary = Path(self._engine.binary).stat()  # not its path: each job of GitHub's unpacks it somewhere else
        environment = self._engine.environment
        reattached = json.loads(environment.get("TF_REATTACH_PROVIDERS") or "{}")
        return digest_of(
            [
                self._engine.name,
                binary.st_size,
                binary.st_mtime_ns,
                config.get("terraform"),
                sorted({kind.split("_")[0] for kind in [*config.get("resource", {}), *config.get("data", {})]}),
                template.manifest.tier(tier).digest if "module" in config else None,
                template.manifest.locks.get(self._engine.name),
                [environment.get(name) for name in WHERE_PROVIDERS_COME_FROM],
                sorted(reattached),
            ]
        )[:16]


def _copy_tier(template: StoredTemplate, tier: str, directory: Path) -> None:
    source = template.tier_directory(tier)
    for path in tier_files(tier, template.manifest.files):
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(directory / path, (source / path).read_bytes())


def _content(document: JsonObject | None) -> bytes | None:
    return None if document is None else canonical_json(document)


def _write_or_remove(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        write_whole(path, content)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() or not link.is_dir():
        link.unlink(missing_ok=True)
    else:
        shutil.rmtree(link)
    if target.is_dir():
        link.symlink_to(target, target_is_directory=True)
