"""Drift: real terraform, the sandbox, and changes behind terraform's back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.project import Project, make_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox_fixtures import RunningSandbox

QUIET = ["acme", "acme-eu", "globex", "respelled"]
TABLE, POLICY = "aws_dynamodb_table.orders", "aws_iam_role_policy.application"


def gone(sandbox: RunningSandbox, tenant: str) -> None:
    dynamodb = sandbox.client("dynamodb")
    dynamodb.update_table(TableName=f"app-{tenant}-orders", DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=f"app-{tenant}-orders")


def without_backup(sandbox: RunningSandbox, tenant: str) -> None:
    sandbox.client("dynamodb").update_continuous_backups(
        TableName=f"app-{tenant}-orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


def tagged(sandbox: RunningSandbox, tenant: str) -> None:
    dynamodb = sandbox.client("dynamodb")
    arn = dynamodb.describe_table(TableName=f"app-{tenant}-orders")["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "rogue", "Value": ""}])


def put_policy(sandbox: RunningSandbox, tenant: str, write: Callable[[Any], str]) -> None:
    iam, role = sandbox.client("iam"), f"app-{tenant}-application"
    document = iam.get_role_policy(RoleName=role, PolicyName="tenant")["PolicyDocument"]
    iam.put_role_policy(RoleName=role, PolicyName="tenant", PolicyDocument=write(document))


def widened(sandbox: RunningSandbox, tenant: str) -> None:
    def widen(document: Any) -> str:
        document["Statement"][0]["Action"].append("cognito-idp:AdminDeleteUserAttributes")
        return json.dumps(document)

    put_policy(sandbox, tenant, widen)


def backdoor(sandbox: RunningSandbox, tenant: str) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = sandbox.client("iam")
    iam.put_role_policy(RoleName=f"app-{tenant}-application", PolicyName="backdoor", PolicyDocument=document)


DRIFTS = {"entered": backdoor, "gone": gone, "unsaved": without_backup, "tagged": tagged, "widened": widened}


@pytest.fixture(scope="module")
def project(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give freshly created tenants in both tiers."""
    sandbox.reset()
    made = make_project(tmp_path_factory.mktemp("project"), sandbox.environment, name="drift")
    made.ok("bootstrap")
    made.ok("template", "build")
    made.ok("template", "publish")
    for tenant in (*QUIET, *DRIFTS):
        made.ok("tenant", "add", tenant, "--tier", "premium" if tenant == "globex" else "basic")
    made.ok("apply", "--all", "-j", "4")
    return made


@pytest.fixture(scope="module")
def drifted(project: Project, sandbox: RunningSandbox) -> Project:
    """Give them after somebody worked on some of their resources."""
    for tenant, change in DRIFTS.items():
        change(sandbox, tenant)
    put_policy(sandbox, "respelled", lambda document: json.dumps(document, indent=4))
    return project


def drift(project: Project, *arguments: str) -> Any:
    """Look for drift; gives the document, whatever the exit code."""
    return json.loads(project.run("drift", "--output", "json", "-j", "4", *arguments).stdout)


def test_fresh_tenants_have_not_drifted(project: Project) -> None:
    assert drift(project) == {"looked_at": 9, "left": 0, "drifted": [], "failed": []}


def test_what_was_changed_is_found_by_resource_and_attribute(drifted: Project) -> None:
    done = drifted.run("drift", "-j", "4")

    assert done.exit_code == 13
    *found, summary = done.stdout.splitlines()
    assert summary == "9 tenants looked at, 5 drifted"
    entered, *others = sorted(found)
    assert entered.startswith("entered: aws_iam_role.application: inline_policy[0]: null -> {")
    assert others == [
        f"gone: {TABLE} is gone",
        f'tagged: {TABLE}: tags_all.rogue: null -> ""',
        f"unsaved: {TABLE}: point_in_time_recovery[0].enabled: true -> false",
        f'widened: {POLICY}: policy.Statement[0].Action[9]: null -> "cognito-idp:AdminDeleteUserAttributes"',
    ]
    assert drifted.json("tenant", "show", "gone")["drift"] == [f"{TABLE} is gone"]
    assert "drift:        aws_dynamodb_table.orders is gone" in drifted.ok("tenant", "show", "gone")
    assert drifted.json("tenant", "show", "acme")["drift"] == []


def test_the_oldest_look_comes_first(project: Project) -> None:
    drift(project)
    looked_at = {t["tenant_id"]: t["drift_looked_at"] for t in project.json("tenant", "list")}
    oldest = sorted(looked_at, key=lambda tenant: looked_at[tenant])[:3]

    found = drift(project, "--budget-tenants", "3")

    assert (found["looked_at"], found["left"]) == (3, 6)
    after = {t["tenant_id"]: t["drift_looked_at"] for t in project.json("tenant", "list")}
    assert sorted(tenant for tenant in after if after[tenant] != looked_at[tenant]) == sorted(oldest)
    assert drift(project, "--budget-minutes", "0")["looked_at"] == 0


def test_it_is_mended_by_an_apply_of_the_same_version(drifted: Project, sandbox: RunningSandbox) -> None:
    project = drifted
    before = {t["tenant_id"]: t["applied"] for t in project.json("tenant", "list")}

    fixed = project.run("drift", "--fix", "-j", "4", "--output", "json")

    assert fixed.exit_code == 13, fixed.stderr
    mended = {found["tenant"]: found for found in json.loads(fixed.stdout)["drifted"]}
    assert set(mended) == set(DRIFTS)
    assert {found["repair"]["outcome"] for found in mended.values()} == {"changed"}
    assert [tenant for tenant, found in mended.items() if not found["is_fine"]] == ["entered"]
    # What the template says nothing about, no apply takes away.
    sandbox.client("iam").delete_role_policy(RoleName="app-entered-application", PolicyName="backdoor")
    assert drift(project)["drifted"] == []
    after = {t["tenant_id"]: t["applied"] for t in project.json("tenant", "list")}
    assert {tenant: after[tenant]["version"] for tenant in after} == {t: before[t]["version"] for t in before}
    assert all(after[tenant] == before[tenant] for tenant in QUIET)


def test_a_repair_is_held_by_the_guard(project: Project, sandbox: RunningSandbox) -> None:
    """A table of another kind under the same name: only a replacement makes it what it should be."""
    gone(sandbox, "tagged")
    sandbox.client("dynamodb").create_table(
        TableName="app-tagged-orders",
        KeySchema=[{"AttributeName": "other", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "other", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    done = project.run("drift", "--fix", "-j", "4")

    assert done.exit_code == 12
    assert f"tagged: HELD: {TABLE} would be replaced" in done.stdout
    described = sandbox.client("dynamodb").describe_table(TableName="app-tagged-orders")
    assert described["Table"]["KeySchema"][0]["AttributeName"] == "other"


def test_what_no_apply_changes_is_taken_over_where_that_is_asked_for(project: Project, sandbox: RunningSandbox) -> None:
    backdoor(sandbox, "acme")
    left = project.run("drift", "acme", "--fix")
    assert left.exit_code == 13
    assert "acme: NOT FIXED: the template says nothing about it" in left.stdout
    assert "pipeline drift --fix --accept acme" in left.stderr

    accepted = project.ok("drift", "acme", "--fix", "--accept")

    assert "acme: nothing to do, no apply changes it: taken over into the state" in accepted
    assert drift(project, "acme")["drifted"] == []
    assert project.json("tenant", "show", "acme")["status"] == "active"
    assert project.json("plan", "acme")[0]["outcome"] == "unchanged"
    assert project.run("drift", "acme", "--accept").exit_code == 2
