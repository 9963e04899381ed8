from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from pipeline.adapters.control_plane import bootstrap
from pipeline.adapters.objects import Bucket
from pipeline.adapters.template_directory import StoredTemplate, TemplateDirectory
from pipeline.adapters.template_store import STABLE, TemplateStore
from pipeline.errors import ConflictError, NotFoundError, TemplateError
from pipeline.values.identifiers import TemplateVersion
from tests.pipeline import projects
from tests.pipeline.samples import AT, VERSION, manifest_of, template_files

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3.client import S3Client

    from pipeline.adapters.objects import StoredObject
    from pipeline.values.manifest import Manifest
    from tests.sandbox_fixtures import RunningSandbox

FILES = template_files(locks={"terraform": b"lock"})
OTHER = TemplateVersion("cd" * 32)


@pytest.fixture
def bucket(sandbox: RunningSandbox) -> Bucket:
    """Give an empty template bucket."""
    name = f"templates-{uuid4().hex}"
    list(bootstrap(sandbox.client("s3"), sandbox.client("dynamodb"), [name], []))
    return Bucket(sandbox.client("s3"), name)


@pytest.fixture
def store(bucket: Bucket, tmp_path: Path) -> TemplateStore:
    """Give a store with nothing in it and an empty cache."""
    return TemplateStore(bucket, TemplateDirectory(tmp_path / "cache"))


@pytest.fixture
def built(tmp_path: Path) -> StoredTemplate:
    """Give a template that was built here."""
    return TemplateDirectory(tmp_path / "built").add(FILES, manifest_of(FILES))


def manifest(version: TemplateVersion, *tiers: str) -> Manifest:
    """Give the manifest of a version with some tiers in it."""
    configs = {tier: projects.tier_config() for tier in tiers or ("basic",)}
    return replace(manifest_of(template_files(configs)), version=version)


def stored(bucket: Bucket) -> dict[str, StoredObject | None]:
    return {key: bucket.read(key) for key in bucket.keys("")}


def test_a_published_template_is_fetched_as_it_was(store: TemplateStore, built: StoredTemplate) -> None:
    assert store.publish(built, FILES)

    fetched = store.fetch(built.manifest.version)

    assert fetched.manifest == built.manifest
    assert {path: (fetched.directory / path).read_bytes() for path in FILES} == FILES
    assert store.versions() == [built.manifest.version]


def test_publishing_again_changes_nothing(store: TemplateStore, bucket: Bucket, built: StoredTemplate) -> None:
    store.publish(built, FILES)
    before = stored(bucket)

    assert not store.publish(built, FILES)
    assert stored(bucket) == before


def test_a_publish_that_died_is_completed(store: TemplateStore, bucket: Bucket, built: StoredTemplate) -> None:
    first, content = next(iter(FILES.items()))
    bucket.write(f"templates/{built.manifest.version}/{first}", content)
    with pytest.raises(NotFoundError, match="is not published"):
        store.fetch(built.manifest.version)

    assert store.publish(built, FILES)
    assert store.fetch(built.manifest.version).manifest == built.manifest


def test_what_was_fetched_is_not_fetched_again(store: TemplateStore, bucket: Bucket, built: StoredTemplate) -> None:
    store.publish(built, FILES)
    fetched = store.fetch(built.manifest.version)
    for key in list(bucket.keys("templates/")):
        bucket.delete(key)

    assert store.fetch(built.manifest.version) == fetched


@pytest.mark.parametrize("content", [b"{}", None], ids=["damaged", "missing"])
@pytest.mark.parametrize("path", FILES)
def test_a_file_that_is_not_as_it_was_is_refused_and_not_kept(
    store: TemplateStore, bucket: Bucket, built: StoredTemplate, path: str, content: bytes | None
) -> None:
    store.publish(built, FILES)
    key = f"templates/{built.manifest.version}/{path}"
    if content is None:
        bucket.delete(key)
    else:
        bucket.write(key, content)

    for _ in range(2):
        with pytest.raises(TemplateError, match=f"{key} is {'missing' if content is None else 'damaged'}"):
            store.fetch(built.manifest.version)


def test_a_damaged_file_in_the_cache_is_refused(store: TemplateStore, built: StoredTemplate) -> None:
    store.publish(built, FILES)
    directory = store.fetch(built.manifest.version).directory
    (directory / "tiers/basic/cdk.tf.json").write_bytes(b"{}")

    with pytest.raises(TemplateError, match="is damaged") as refusal:
        store.fetch(built.manifest.version)

    assert "delete the folder of this version" in refusal.value.advice
    shutil.rmtree(directory)
    assert store.fetch(built.manifest.version).directory == directory


def test_a_manifest_of_another_version_is_refused(store: TemplateStore, bucket: Bucket, built: StoredTemplate) -> None:
    store.publish(built, FILES)
    manifest = bucket.read(f"templates/{built.manifest.version}/manifest.json")
    assert manifest is not None
    bucket.write(f"templates/{OTHER}/manifest.json", manifest.content)

    with pytest.raises(TemplateError, match="is that of another version"):
        store.fetch(OTHER)


def test_the_last_promoted_version_is_the_stable_one(store: TemplateStore) -> None:
    assert store.stable() is None

    promoted = [store.promote(manifest(version), at=AT, by="me") for version in (VERSION, VERSION, OTHER, VERSION)]

    assert promoted == [True, False, True, True]
    assert store.stable() == VERSION
    assert [(p.version, p.at, p.by) for p in store.history()] == [(v, AT, "me") for v in (VERSION, OTHER, VERSION)]


def test_every_tier_that_was_ever_stable_is_known(store: TemplateStore, bucket: Bucket, built: StoredTemplate) -> None:
    store.publish(built, FILES)
    before = {"version": built.manifest.version, "history": [_entry(built.manifest.version)]}  # no tiers noted yet
    bucket.write(STABLE, json.dumps(before).encode())

    for version, tiers in ((VERSION, ("silver", "gold")), (OTHER, ("gold",)), (VERSION, ("silver", "gold"))):
        store.promote(manifest(version, *tiers), at=AT, by="me")

    assert store.tiers() == {"basic", "silver", "gold"}


def _entry(version: TemplateVersion) -> dict[str, str]:
    return {"version": version, "at": AT.isoformat(), "by": "me"}


class Interrupted(Bucket):
    """A bucket in which somebody else promotes a version between our read and our write."""

    def __init__(self, client: S3Client, name: str, other: TemplateStore) -> None:
        super().__init__(client, name)
        self._other = other

    def read(self, key: str) -> StoredObject | None:
        found = super().read(key)
        self._other.promote(manifest(OTHER), at=AT + timedelta(seconds=1), by="them")
        return found


@pytest.mark.parametrize("first", [VERSION, None])
def test_of_two_promotions_at_once_one_is_refused(
    sandbox: RunningSandbox, store: TemplateStore, bucket: Bucket, tmp_path: Path, first: TemplateVersion | None
) -> None:
    if first is not None:
        store.promote(manifest(first), at=AT, by="me")
    mine = TemplateStore(Interrupted(sandbox.client("s3"), bucket.name, store), TemplateDirectory(tmp_path / "mine"))

    with pytest.raises(ConflictError, match=f"{STABLE} was changed by somebody else"):
        mine.promote(manifest(TemplateVersion("ef" * 32)), at=AT, by="me")

    assert store.stable() == OTHER
