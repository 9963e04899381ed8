"""Deletion protection: what may go is unlocked, by itself, and everything else stays locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import Project, make_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox_fixtures import RunningSandbox

ORDERS = "aws_dynamodb_table.orders"


@pytest.fixture
def project(sandbox: RunningSandbox, tmp_path: Path) -> Project:
    """Give a tenant in each tier, protected as the template does by default."""
    sandbox.reset()
    made = make_project(tmp_path, sandbox.environment, name="locked")
    made.ok("bootstrap")
    made.ok("template", "build")
    made.ok("template", "publish")
    made.ok("tenant", "add", "acme", "--tier", "basic")
    made.ok("tenant", "add", "globex", "--tier", "premium")
    made.ok("apply", "--all", "-j", "2")
    return made


def publish(project: Project, file: str, old: str, new: str) -> None:
    """Change the template and make that the stable version."""
    project.edit_template(file, old, new)
    project.ok("template", "build")
    project.ok("template", "publish")


def protection(sandbox: RunningSandbox, tenant: str) -> dict[str, bool]:
    """Tell of each table of a tenant whether AWS would refuse to delete it."""
    dynamodb = sandbox.client("dynamodb")
    names = [name for name in dynamodb.list_tables()["TableNames"] if name.startswith(f"app-{tenant}-")]
    tables = (dynamodb.describe_table(TableName=name)["Table"] for name in names)
    return {table["TableName"].rsplit("-", 1)[-1]: table["DeletionProtectionEnabled"] for table in tables}


def key_of_orders(sandbox: RunningSandbox, tenant: str) -> str:
    """Give the attribute that orders are found by."""
    table = sandbox.client("dynamodb").describe_table(TableName=f"app-{tenant}-orders")["Table"]
    return str(table["KeySchema"][0]["AttributeName"])


def test_a_protected_table_is_replaced_where_it_is_allowed(project: Project, sandbox: RunningSandbox) -> None:
    publish(project, "tenant_stack/data.py", 'key=Key(partition="order_id")', 'key=Key(partition="number")')

    held = project.run("apply", "--all")

    assert (held.exit_code, held.stdout.count(f"{ORDERS} would be replaced")) == (12, 2)
    assert protection(sandbox, "acme") == {"orders": True, "sessions": True}
    assert key_of_orders(sandbox, "acme") == "order_id"

    project.ok("apply", "acme", "--allow", ORDERS)

    assert key_of_orders(sandbox, "acme") == "number"
    assert protection(sandbox, "acme") == {"orders": True, "sessions": True}
    assert project.json("plan", "acme")[0]["outcome"] == "unchanged"
    assert key_of_orders(sandbox, "globex") == "order_id"


def test_in_a_rollout_too_what_was_reviewed_and_counted_stays_so(project: Project, sandbox: RunningSandbox) -> None:
    publish(project, "tenant_stack/data.py", 'key=Key(partition="order_id")', 'key=Key(partition="number")')
    project.ok("rollout", "start")
    assert project.run("rollout", "run").exit_code == 12
    assert {key_of_orders(sandbox, tenant) for tenant in ("acme", "globex")} == {"order_id"}

    # A review of what is allowed, and a replaced table with the parameter of its name: two deletions per tenant.
    assert project.run("review", "--allow", ORDERS).exit_code == 0
    project.ok("rollout", "start", "--reviewed", "--allow", ORDERS, "--max-deletions", "4")
    project.ok("rollout", "run")

    for tenant in ("acme", "globex"):
        assert key_of_orders(sandbox, tenant) == "number"
        assert protection(sandbox, tenant) == {"orders": True, "sessions": True}


def test_what_left_the_template_goes_and_nothing_else_is_unlocked(project: Project, sandbox: RunningSandbox) -> None:
    source = (project.directory / "tenant_stack" / "data.py").read_text()
    sessions = source[source.index('    Table(\n        name="sessions"') : source.index("\n)\n\n\nclass Data")]
    publish(project, "tenant_stack/data.py", sessions, "")
    assert "aws_dynamodb_table.sessions would be deleted" in project.run("apply", "globex").stdout

    project.ok("apply", "globex", "--allow", "aws_dynamodb_table.sessions")

    assert protection(sandbox, "globex") == {"orders": True}
    assert protection(sandbox, "acme") == {"orders": True, "sessions": True}


def test_users_and_files_are_unlocked_as_tables_are(project: Project, sandbox: RunningSandbox) -> None:
    """Everything has another name then, so everything is replaced."""
    s3, cognito = sandbox.client("s3"), sandbox.client("cognito-idp")
    bucket = project.json("tenant", "show", "globex")["outputs"]["bucket"]
    s3.delete_bucket_policy(Bucket=bucket)  # it refuses plain HTTP, which the sandbox speaks
    s3.put_object(Bucket=bucket, Key="invoice", Body=b"not empty")
    project.ok("tenant", "set", "globex", "--input", "application=renamed")
    assert project.run("apply", "globex").exit_code == 12

    types = ("aws_dynamodb_table", "aws_cognito_user_pool", "aws_s3_bucket")
    project.ok("apply", "globex", *(part for name in types for part in ("--allow", name)))

    outputs = project.json("tenant", "show", "globex")["outputs"]
    assert outputs["bucket"].startswith("renamed-globex-files")
    pool = cognito.describe_user_pool(UserPoolId=outputs["user_pool_id"])["UserPool"]
    assert (pool["Name"], pool["DeletionProtection"]) == ("renamed-globex-users", "ACTIVE")


def fail_with_a_new_table(project: Project, tenant: str) -> None:
    """Let an update fail after it made a protected table."""
    table = '    Table(name="audit", key=Key(partition="at")),\n'
    project.edit_template("tenant_stack/data.py", "TABLES: Final = (\n", f"TABLES: Final = (\n{table}")
    fails = {"depends_on": ["aws_dynamodb_table.audit"], "provisioner": [{"local-exec": {"command": "false"}}]}
    local = 'TerraformLocal(self, "protected_types", list(PROTECTED_TYPES))\n'
    broken = f'        self.add_override("resource.terraform_data.broken", {fails!r})\n'
    publish(project, "tenant_stack/stack.py", local, local + broken)
    assert project.run("apply", tenant).exit_code == 11


def test_what_only_a_failed_update_made_is_unlocked_too(project: Project, sandbox: RunningSandbox) -> None:
    fail_with_a_new_table(project, "acme")
    assert protection(sandbox, "acme") == {"audit": True, "orders": True, "sessions": True}
    assert "aws_dynamodb_table.audit would be deleted" in project.run("rollback", "acme").stdout

    project.ok("rollback", "acme", "--allow", "aws_dynamodb_table.audit")

    assert protection(sandbox, "acme") == {"orders": True, "sessions": True}
    assert project.json("plan", "acme")[0]["outcome"] == "unchanged"


def test_a_destroy_unlocks_what_a_failed_update_made(project: Project, sandbox: RunningSandbox) -> None:
    fail_with_a_new_table(project, "acme")

    project.ok("destroy", "acme", "--yes")

    assert protection(sandbox, "acme") == {}
