"""What a person gets wrong: one clear line, the exit code of its family, and nothing changed."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from pipeline import errors
from tests.github_server import github_server, step_environment
from tests.pipeline.projects import NAMES, Project, new_project, write_settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox_fixtures import RunningSandbox

PREFIX = "refusals"
ABSENT_VERSION = "0123abcd"
TWO_TENANTS_ONE_BAD = """{"tenants": [
    {"tenant_id": "new", "tier": "basic"},
    {"tenant_id": "newer", "tier": "basic", "inputs": {"seats": 0}}
]}"""
DAMAGES = ["{}", "[]", '{"format"']


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A command that must be refused."""

    name: str
    command: str
    family: type[errors.PipelineError]
    says: str
    environment: dict[str, str] = field(default_factory=dict)


INVALID = [
    Refusal(name=name, command=command, family=errors.InvalidInputError, says=says)
    for name, command, says in [
        ("a tenant id in capitals", "tenant add Acme --tier basic", "is not a tenant id"),
        ("a tenant id that is a path", "tenant show ../acme", "is not a tenant id"),
        ("a region that is none", "tenant add new --tier basic --region mars", "'mars' is not an AWS region"),
        ("a region that is none, set", "tenant set acme --region mars", "'mars' is not an AWS region"),
        ("a role that is none", "tenant add new --tier basic --account-role xyz", "'xyz' is not the ARN of a role"),
        ("a role that is none, set", "tenant set acme --account-role xyz", "'xyz' is not the ARN of a role"),
        ("a tier that is no name", "tenant add new --tier Basic!", "is not a tier name"),
        ("an unknown tier", "tenant add new --tier gold", "has no tier 'gold'"),
        ("no tier", "tenant add new", "Missing option '--tier'"),
        ("an unknown ring", "tenant add new --tier basic --ring late", "'late' is not one of"),
        ("an unknown input", "tenant add new --tier basic --input colour=red", "has no input 'colour'"),
        ("an input without a value", "tenant add new --tier basic --input seats", "is not NAME=VALUE"),
        ("an input that is not JSON", "tenant add new --tier basic --input seats=many", "'many' is not number"),
        ("an input of another type", "tenant add new --tier basic --input seats=[1]", "number required"),
        ("an input that its rule refuses", "tenant add new --tier basic --input seats=0", "Seats must be more than"),
        ("an input that its rule refuses, set", "tenant set acme --input seats=-1", "Seats must be more than"),
        ("a registry's variable as an input", "tenant set acme --input region=mars", "has no input 'region'"),
        ("a version that is none", "tenant list --version latest", "is not a template version"),
        ("no tenants", "apply", "no tenants given"),
        ("tenants and a filter", "plan acme --all", "either tenants by name or a selection"),
        ("an unknown command", "tenants", "No such command 'tenants'"),
    ]
]
UNKNOWN = [
    Refusal(name=name, command=command, family=errors.NotFoundError, says=says)
    for name, command, says in [
        *(
            (f"{verb} of an unknown tenant", f"{verb} nobody", "there is no tenant nobody")
            for verb in ("tenant show", "tenant remove", "tenant set --ring early", "plan", "apply", "destroy --yes")
        ),
        ("publishing what was never built", f"template publish {ABSENT_VERSION}", "there is no template version"),
        ("showing an unknown version", f"template show {ABSENT_VERSION}", "there is no template version"),
        ("applying an unknown version", f"apply acme --version {ABSENT_VERSION}", "there is no template version"),
    ]
]
CONFLICTS = [
    Refusal(name=name, command=command, family=errors.ConflictError, says=says)
    for name, command, says in [
        ("adding a tenant twice", "tenant add acme --tier basic", "in the registry already (registered)"),
        ("adding a removed tenant", "tenant add gone --tier basic", "--reuse-id"),
        ("changing a removed tenant", "tenant set gone --ring early", "tenant gone is deleted"),
    ]
]
SURROUNDINGS = [
    Refusal(name=name, command=command, family=family, says=says, environment=environment)
    for name, command, family, says, environment in [
        (
            "no tenants table",
            "tenant list",
            errors.NotFoundError,
            "pipeline bootstrap",
            {"PIPELINE_TENANTS_TABLE": "absent"},
        ),
        (
            "no template bucket",
            "tenant add new --tier basic",
            errors.NotFoundError,
            "pipeline bootstrap",
            {"PIPELINE_TEMPLATE_BUCKET": "absent"},
        ),
        (
            "no state bucket",
            "tenant show acme",
            errors.NotFoundError,
            "pipeline bootstrap",
            {"PIPELINE_STATE_BUCKET": "absent"},
        ),
        (
            "no credentials",
            "tenant list",
            errors.AwsError,
            "no AWS credentials",
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        ),
        ("an unknown profile", "tenant list", errors.AwsError, "nobody", {"AWS_PROFILE": "nobody"}),
        (
            "no answer",
            "tenant list",
            errors.AwsError,
            "AWS does not answer",
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"},
        ),
        (
            "no terraform",
            "tenant add new --tier basic",
            errors.EngineError,
            "terraform is not on PATH",
            {"PATH": "/nowhere"},
        ),
        *(
            (
                f"no tofu to {verb} with",
                f"{verb} acme",
                errors.EngineError,
                "tofu-9 is not on PATH",
                {"TERRAFORM_BINARY_NAME": "tofu-9"},
            )
            for verb in ("plan", "apply", "destroy --yes", "workspace write")
        ),
        (
            "no node",
            "template build",
            errors.SettingsError,
            "node is not on PATH",
            {"PATH": "/nowhere", "PIPELINE_WORK_DIRECTORY": "fresh"},
        ),
        (
            "an unknown setting",
            "tenant list",
            errors.SettingsError,
            "PIPELINE_TABEL: there is no setting 'tabel'",
            {"PIPELINE_TABEL": "tenants"},
        ),
        (
            "a setting that is not acceptable",
            "config show",
            errors.SettingsError,
            "PIPELINE_LOCK_MODE: lock_mode: 'none' is not one of dynamodb, lockfile, both",
            {"PIPELINE_LOCK_MODE": "none"},
        ),
        *(
            (
                f"no version published yet to {command} with",
                command,
                errors.NotFoundError,
                "pipeline template build, then pipeline template publish",
                {"PIPELINE_TEMPLATE_BUCKET": f"{PREFIX}-{NAMES['state_bucket']}"},  # a bucket without templates
            )
            for command in ("tenant add new --tier basic", "tenant set acme --ring early", "template show", "review")
        ),
        (
            "nothing built yet",
            "template publish",
            errors.NotFoundError,
            "no template was built here yet",
            {"PIPELINE_WORK_DIRECTORY": "fresh"},
        ),
    ]
]


@pytest.fixture(scope="module")
def project(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project with a published template, one tenant and a removed one."""
    project = new_project(tmp_path_factory.mktemp("project"), sandbox, PREFIX)
    project.do("bootstrap")
    project.do("template", "build")
    project.do("template", "publish")
    for tenant in ("acme", "gone"):
        project.do("tenant", "add", tenant, "--tier", "basic")
    project.do("tenant", "remove", "gone")
    return project


def everything(sandbox: RunningSandbox) -> dict[str, Any]:
    """Give what the control plane holds: items, objects, and which tables and buckets there are."""
    dynamodb, s3 = sandbox.client("dynamodb"), sandbox.client("s3")
    tables = [f"{PREFIX}-{NAMES[name]}" for name in ("tenants_table", "rollouts_table", "lock_table")]
    buckets = [f"{PREFIX}-{NAMES[name]}" for name in ("state_bucket", "template_bucket")]
    return {
        "all": (dynamodb.list_tables()["TableNames"], [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]),
        **{table: dynamodb.scan(TableName=table)["Items"] for table in tables},
        **{
            bucket: [(o["Key"], o["ETag"]) for o in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
            for bucket in buckets
        },
    }


def assert_refused(project: Project, sandbox: RunningSandbox, refusal: Refusal) -> None:
    before = everything(sandbox)

    done = project.run(*refusal.command.split(), **refusal.environment)

    assert (done.returncode, done.stdout) == (refusal.family.exit_code, ""), done.stderr
    assert refusal.says in done.stderr
    assert sum(line.lower().startswith("error: ") for line in done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert everything(sandbox) == before


@pytest.mark.parametrize("refusal", INVALID + UNKNOWN + CONFLICTS + SURROUNDINGS, ids=lambda refusal: refusal.name)
def test_a_mistake_is_refused_and_changes_nothing(project: Project, sandbox: RunningSandbox, refusal: Refusal) -> None:
    assert_refused(project, sandbox, refusal)


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("templates/*/tiers/basic/cdk.tf.json", "template publish"),
        ("templates/*/manifest.json", "template publish"),
        ("cache/templates/*/tiers/basic/cdk.tf.json", "tenant add new --tier basic"),
        ("cache/templates/*/manifest.json", "tenant add new --tier basic"),
    ],
)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_template_on_disk_is_refused(
    project: Project, sandbox: RunningSandbox, tmp_path: Path, file: str, command: str, damage: str
) -> None:
    shutil.copytree(project.directory / ".pipeline", tmp_path / "work")
    (damaged,) = (tmp_path / "work").glob(file)
    damaged.write_text(damage)

    assert_refused(
        project,
        sandbox,
        Refusal(
            name="a damaged file",
            command=command,
            family=errors.TemplateError,
            says=damaged.name,
            environment={"PIPELINE_WORK_DIRECTORY": str(tmp_path / "work")},
        ),
    )


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "file", ["templates/{version}/tiers/basic/cdk.tf.json", "templates/{version}/manifest.json", "channels/stable.json"]
)
def test_a_damaged_published_template_is_refused(
    project: Project, sandbox: RunningSandbox, tmp_path: Path, file: str, damage: str
) -> None:
    s3, bucket = sandbox.client("s3"), f"{PREFIX}-templates"
    version = json.loads(project.do("template", "list", "--output", "json"))[0]["version"]
    key = file.format(version=version)
    sound = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=key, Body=damage.encode())

    try:
        assert_refused(
            project,
            sandbox,
            Refusal(
                name="a damaged object",
                command="tenant add new --tier basic",
                family=errors.TemplateError,
                says=key.rpartition("/")[2],
                environment={"PIPELINE_WORK_DIRECTORY": str(tmp_path)},
            ),
        )
    finally:
        s3.put_object(Bucket=bucket, Key=key, Body=sound)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[]", '{"tenants": [...]}'),
        ('{"tenants": {}}', "tenants is not a list"),
        ('{"tenants": [{"tenant_id": "new"}]}', "tenant 1 lacks tenant_id or tier"),
        ('{"tenants": [{"tenant_id": "new", "tier": "basic", "colour": 1}]}', "unknown field 'colour'"),
        ('{"tenants": [{"tenant_id": "new", "tier": "basic", "ring": "late"}]}', "'late' is no ring"),
        ('{"tenants": [{"tenant_id": "new", "tier": "basic", "region": "mars"}]}', "tenant 1: 'mars' is not an AWS"),
        ('{"tenants": [{"tenant_id": "new", "tier": "basic", "account_role": "x"}]}', "tenant 1: 'x' is not the ARN"),
        ('{"tenants": [{"tenant_id": "new", "tier": "basic", "pinned": "ab12"}]}', "'ab12' is not a template"),
        ('{"tenants": [{"tenant_id": "new", "tier": "gold"}]}', "tenant new: template"),
        ('{"tenants": [{"tenant_id": "new", "tier": "basic", "inputs": []}]}', "inputs is not an object"),
        (
            '{"tenants": [{"tenant_id": "new", "tier": "basic"}, {"tenant_id": "new", "tier": "basic"}]}',
            "new stands twice",
        ),
        (
            TWO_TENANTS_ONE_BAD,
            "tenant newer: Invalid value for variable: Seats must be more than none.",
        ),
    ],
)
def test_a_file_with_one_bad_tenant_adds_none(
    project: Project, sandbox: RunningSandbox, tmp_path: Path, *, content: str, says: str
) -> None:
    file = tmp_path / "tenants.json"
    file.write_text(content)

    assert_refused(
        project,
        sandbox,
        Refusal(name="a bad file", command=f"tenant import {file}", family=errors.InvalidInputError, says=says),
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no pipeline.toml"),
        ("region = ", "pipeline.toml cannot be read"),
        ('region = "eu-central-1"\n', "state_bucket is missing"),
        ('colour = "red"\n', "pipeline.toml: there is no setting 'colour'"),
    ],
)
def test_a_directory_without_usable_settings_is_refused(
    project: Project, sandbox: RunningSandbox, tmp_path: Path, *, content: str | None, says: str
) -> None:
    if content is not None:
        (tmp_path / "pipeline.toml").write_text(content)
    elsewhere = Project(directory=tmp_path, environment=project.environment)

    assert_refused(
        elsewhere,
        sandbox,
        Refusal(name="settings", command="tenant list", family=errors.SettingsError, says=says),
    )


def test_a_project_without_a_template_is_refused(project: Project, sandbox: RunningSandbox, tmp_path: Path) -> None:
    write_settings(tmp_path, PREFIX)
    elsewhere = Project(directory=tmp_path, environment=project.environment)

    assert_refused(
        elsewhere,
        sandbox,
        Refusal(name="no app", command="template build", family=errors.SettingsError, says="has no main.py"),
    )


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (f"rollout start --version {ABSENT_VERSION}", "there is no template version"),
        ("rollout start --budget many", "'many' is not"),
    ],
)
def test_what_is_refused_in_a_run_stands_on_its_page(project: Project, tmp_path: Path, command: str, says: str) -> None:
    with github_server() as server:
        done = project.run(*command.split(), **step_environment(tmp_path, server))
    assert says in (tmp_path / "summary.md").read_text()
    assert f"::error::{(tmp_path / 'summary.md').read_text().splitlines()[0].strip('*`')}" in done.stderr


def test_a_plan_that_fails_is_told_to_nobody(project: Project) -> None:
    with github_server() as chat:
        hook = f"{chat.address}/hook"
        done = project.run("plan", "acme", PIPELINE_WEBHOOK_URL=hook, PIPELINE_STATE_BUCKET="no-such-bucket")
    assert (done.returncode, chat.posts) == (errors.TenantsFailedError.exit_code, []), done.stderr
