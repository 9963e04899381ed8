from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.adapters.template_directory import TemplateDirectory
from pipeline.errors import NotFoundError, TemplateError
from pipeline.values.identifiers import TemplateVersion
from tests.pipeline.projects import tier_config
from tests.pipeline.samples import manifest_of, template_files

if TYPE_CHECKING:
    from pathlib import Path

FILES = template_files(locks={"terraform": b"lock"}) | {"tiers/basic/assets/a.zip": b"zip"}
MANIFEST = manifest_of(FILES)


@pytest.fixture
def versions(tmp_path: Path) -> TemplateDirectory:
    """Give a directory of versions that is not there yet."""
    return TemplateDirectory(tmp_path / "templates")


def test_a_stored_template_is_opened_as_it_was(versions: TemplateDirectory) -> None:
    added = versions.add(FILES, MANIFEST)

    assert added == versions.load(MANIFEST.version)
    assert added.manifest == MANIFEST
    assert versions.files(added) == FILES
    assert added.config("basic") == tier_config()
    assert (added.tier_directory("basic") / "assets" / "a.zip").read_bytes() == b"zip"


def test_storing_again_changes_nothing(versions: TemplateDirectory) -> None:
    directory = versions.add(FILES, MANIFEST).directory
    before = {path: path.stat().st_mtime_ns for path in directory.rglob("*")}

    versions.add(FILES, MANIFEST)

    assert {path: path.stat().st_mtime_ns for path in directory.rglob("*")} == before
    assert versions.versions() == [MANIFEST.version]


@pytest.mark.parametrize("path", [*FILES, "manifest.json"])
@pytest.mark.parametrize("content", [None, b"{}"])
def test_storing_again_mends_what_was_damaged(versions: TemplateDirectory, path: str, content: bytes | None) -> None:
    damaged = versions.add(FILES, MANIFEST).directory / path
    damaged.unlink()
    if content is not None:
        damaged.write_bytes(content)

    mended = versions.add(FILES, MANIFEST)

    assert versions.files(mended) == FILES


def test_a_lock_file_is_its_engines_alone(versions: TemplateDirectory) -> None:
    template = versions.add(FILES, MANIFEST)
    lock = template.lock_file("terraform")

    assert lock is not None
    assert lock.read_bytes() == b"lock"
    assert template.lock_file("tofu") is None


@pytest.mark.parametrize("path", [*FILES, "manifest.json"])
def test_a_file_that_changed_is_refused(versions: TemplateDirectory, path: str) -> None:
    damaged = versions.add(FILES, MANIFEST).directory / path
    damaged.write_bytes(b"{}")

    with pytest.raises(TemplateError, match=r"damaged|manifest\.json") as refusal:
        versions.load(MANIFEST.version)

    assert path.rpartition("/")[2] in refusal.value.message
    assert "build" in refusal.value.advice or "upgrade" in refusal.value.advice


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_is_gone_is_refused(versions: TemplateDirectory, path: str) -> None:
    gone = versions.add(FILES, MANIFEST).directory / path
    gone.unlink()

    with pytest.raises(TemplateError, match="is missing"):
        versions.load(MANIFEST.version)


def test_another_versions_folder_is_refused(versions: TemplateDirectory) -> None:
    added = versions.add(FILES, MANIFEST)
    other = TemplateVersion("0" * 64)
    added.directory.rename(versions.path(other))

    with pytest.raises(TemplateError, match="is not that of this version"):
        versions.load(other)


def test_what_is_not_here_is_not_found(versions: TemplateDirectory) -> None:
    assert versions.versions() == []
    with pytest.raises(NotFoundError, match="is not in"):
        versions.load(MANIFEST.version)
