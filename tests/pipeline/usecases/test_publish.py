"""What becomes the stable version: nothing that the engine has not looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pipeline import errors
from tests.pipeline.projects import Project, new_project, tier_config, variable, write_app

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from tests.sandbox_fixtures import RunningSandbox

REFERENCE = {"resource": {"terraform_data": {"seats": {"input": "${local.prefx}"}}}}
UNKNOWN_PROVIDER = {"terraform": {"required_providers": {"x": {"source": "nobody.invalid/nobody/x"}}}}


@pytest.fixture(scope="module")
def project(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project whose first version is published."""
    made = new_project(tmp_path_factory.mktemp("project"), sandbox, "publish")
    made.do("bootstrap")
    made.do("template", "build")
    made.do("template", "publish")
    return made


def versions(project: Project) -> list[JsonObject]:
    """Give what is published, and which of it is the stable one."""
    listed: list[JsonObject] = json.loads(project.do("template", "list", "--output", "json"))
    return [row for row in listed if row["published"]]


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        (
            tier_config(x=variable("strng")),
            'premium: Invalid type specification (variable.x): The keyword "strng" is not a valid type specification.',
        ),
        (
            tier_config() | REFERENCE,
            "premium: Reference to undeclared local value (resource.terraform_data.seats): A local value with the name",
        ),
    ],
)
def test_a_version_with_a_fault_is_not_published(project: Project, config: JsonObject, fault: str) -> None:
    before = versions(project)
    write_app(project.directory, {"basic": tier_config(), "premium": config})
    project.do("template", "build")

    refused = project.run("template", "publish")

    assert refused.returncode == errors.TemplateError.exit_code
    assert "is not published, the engine finds faults in it:" in refused.stderr
    assert fault in refused.stderr
    assert versions(project) == before


def test_where_the_engine_cannot_look_nothing_is_published(project: Project) -> None:
    before = versions(project)
    write_app(project.directory, {"basic": tier_config() | UNKNOWN_PROVIDER})
    project.do("template", "build")

    without_provider = project.run("template", "publish")
    without_engine = project.run("template", "publish", TERRAFORM_BINARY_NAME="tofu-9")

    for refused, reason in (
        (without_provider, "its tier basic could not be checked: init failed in "),
        (without_engine, "its tier basic could not be checked: tofu-9 is not on PATH"),
    ):
        assert refused.returncode == errors.EngineError.exit_code
        assert reason in refused.stderr
    assert ": Error: " in without_provider.stderr
    assert "nobody.invalid/nobody/x" in without_provider.stderr
    assert versions(project) == before


def test_what_is_published_needs_no_engine(project: Project) -> None:
    write_app(project.directory, {"basic": tier_config()})
    project.do("template", "build")
    project.do("template", "publish")

    again = project.run("template", "publish", TERRAFORM_BINARY_NAME="tofu-9")

    assert (again.returncode, "published before" in again.stdout) == (0, True)
    assert list((project.directory / ".pipeline").glob("check-*")) == []
