from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import LockMode, load
from tests.pipeline.projects import NAMES, write_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING: Mapping[str, str] = {}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a directory with the settings that must be there, and no others."""
    write_settings(tmp_path, "my")
    return tmp_path


def test_what_is_not_given_has_a_default(project: Path) -> None:
    loaded = load(NOTHING, project)

    assert loaded.settings.lock_mode is LockMode.DYNAMODB
    assert loaded.settings.work_directory == project / ".pipeline"
    assert loaded.settings.state_bucket == "my-states"
    assert loaded.sources["lock_mode"] == "default"
    assert loaded.sources["state_bucket"] == "pipeline.toml"


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("REGION", "us-gov-west-1", "us-gov-west-1"),
        ("STATE_BUCKET", "other", "other"),
        ("LOCK_MODE", "both", LockMode.BOTH),
        ("LOCK_TIMEOUT", "0", 0),
        ("CONCURRENCY", "12", 12),
        ("TEMPLATE_SOURCES", "main.py,stacks", ("main.py", "stacks")),
        ("WORK_DIRECTORY", "/elsewhere", Path("/elsewhere")),
        ("BACKEND_OVERRIDES", '{"use_path_style": true}', {"use_path_style": True}),
    ],
)
def test_the_environment_comes_before_the_file(project: Path, variable: str, text: str, value: object) -> None:
    loaded = load({f"PIPELINE_{variable}": text, "OTHER": "x"}, project)

    assert getattr(loaded.settings, variable.lower()) == value
    assert loaded.sources[variable.lower()] == f"PIPELINE_{variable}"


@pytest.mark.parametrize(
    ("name", "value", "parsed"),
    [
        ("concurrency", 3, 3),
        ("template_sources", ["main.py"], ("main.py",)),
        ("lock_mode", "lockfile", LockMode.LOCKFILE),
    ],
)
def test_the_file_has_the_types_of_toml(tmp_path: Path, name: str, value: object, parsed: object) -> None:
    write_settings(tmp_path, "my", **{name: value})

    assert getattr(load(NOTHING, tmp_path).settings, name) == parsed


def test_every_path_starts_where_the_file_is(project: Path) -> None:
    below = project / "a" / "b"
    below.mkdir(parents=True)

    settings = load({"PIPELINE_WORK_DIRECTORY": "work"}, below).settings

    assert settings.project_directory == project
    assert settings.work_directory == project / "work"
    assert settings.sandbox_directory == project / ".sandbox"


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("REGION", "mars", "'mars' is not an AWS region"),
        ("REGION", "eu-central-1; x", "is not an AWS region"),
        ("STATE_BUCKET", "My_Bucket", "'My_Bucket' is not an S3 bucket name"),
        ("TENANTS_TABLE", "a b", "'a b' is not a DynamoDB table name"),
        ("LOCK_MODE", "none", "'none' is not one of dynamodb, lockfile, both"),
        ("LOCK_TIMEOUT", "-1", "'-1' is not a whole number"),
        ("LOCK_TIMEOUT", "60s", "'60s' is not a whole number"),
        ("CONCURRENCY", "1.5", "'1.5' is not a whole number"),
        ("TEMPLATE_SOURCES", "", "'' is not a list of paths"),
        ("WORK_DIRECTORY", "", "'' is not a path"),
        ("PROVIDER_OVERRIDES", "{", "not JSON"),
        ("BACKEND_OVERRIDES", "[]", "'[]' is not an object"),
        ("TENANT_TABLE", "x", "PIPELINE_TENANT_TABLE: there is no setting 'tenant_table'"),
        ("PROJECT_DIRECTORY", "/", "there is no setting 'project_directory'"),
    ],
)
def test_a_variable_that_is_not_acceptable_is_named(project: Path, variable: str, text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=f"^PIPELINE_{variable}: .*{re.escape(says.partition(': ')[2] or says)}"):
        load({f"PIPELINE_{variable}": text}, project)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"colour": "red"}, "pipeline.toml: there is no setting 'colour'"),
        ({"concurrency": True}, "pipeline.toml: concurrency: True is not a whole number"),
        ({"concurrency": 1.5}, "pipeline.toml: concurrency: 1.5 is not a whole number"),
        ({"region": 1}, "pipeline.toml: region: 1 is not an AWS region"),
        ({"lock_mode": ["both"]}, "pipeline.toml: lock_mode: ['both'] is not one of"),
        ({"template_sources": [1]}, "pipeline.toml: template_sources: [1] is not a list of paths"),
        ({"work_directory": 1}, "pipeline.toml: work_directory: 1 is not a path"),
    ],
)
def test_a_line_of_the_file_that_is_not_acceptable_is_named(tmp_path: Path, more: dict[str, Any], says: str) -> None:
    (tmp_path / "project").mkdir()
    write_settings(tmp_path / "project", "my", **more)

    with pytest.raises(SettingsError, match=re.escape(says)):
        load(NOTHING, tmp_path / "project")


@pytest.mark.parametrize("name", ["region", *NAMES])
def test_a_setting_without_a_default_must_be_there(project: Path, name: str) -> None:
    file = project / "pipeline.toml"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith(f"{name} ")))

    with pytest.raises(SettingsError, match=f"{name} is missing"):
        load(NOTHING, project)


def test_the_nearest_file_counts(project: Path) -> None:
    below = project / "inner"
    below.mkdir()
    write_settings(below, "inner")

    assert load(NOTHING, below).settings.state_bucket == "inner-states"


def test_no_file_is_said_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=re.escape(f"no pipeline.toml in {tmp_path}")):
        load(NOTHING, tmp_path)
