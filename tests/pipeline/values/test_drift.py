from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.values.drift import MOST_TEXTS, Finding, as_texts, findings
from pipeline.values.plan import Action, PlanMode
from pipeline.values.state import OwnedResource
from tests.pipeline.plans import change, plan

if TYPE_CHECKING:
    from pipeline.values.plan import ResourceChange

ROLE, TABLE, BUCKET = "aws_iam_role.application", "aws_dynamodb_table.orders", "aws_s3_bucket.files"


def owned(kind: str, known_as: str | None = None) -> OwnedResource:
    return OwnedResource(
        address=f"{kind}.a",
        module="",
        type=kind,
        name="a",
        index=None,
        id="1",
        arn=None,
        known_as=known_as,
        deposed=None,
        tainted=False,
    )


def texts(*drifted: ResourceChange, state: tuple[OwnedResource, ...] = ()) -> list[str]:
    return [*map(str, findings(replace(plan(), drift=drifted, mode=PlanMode.REFRESH_ONLY), state))]


def role(before: Any, after: Any) -> ResourceChange:
    return change(ROLE, Action.UPDATE, {"inline_policy": before}, {"inline_policy": after})


def test_a_resource_that_is_gone_is_one_finding() -> None:
    assert texts(change(TABLE, Action.DELETE, {"name": "x", "ttl": 1})) == [f"{TABLE} is gone"]


def test_a_tag_is_told_once() -> None:
    after = {"tags": {"rogue": "x"}, "tags_all": {"tenant": "acme", "rogue": "x"}}
    drifted = change(TABLE, Action.UPDATE, {"tags": None, "tags_all": {"tenant": "acme"}}, after)

    assert texts(drifted) == [f'{TABLE}: tags_all.rogue: null -> "x"']


def test_a_data_source_does_not_drift() -> None:
    assert texts(change("data.aws_region.current", Action.UPDATE, {"id": "a"}, {"id": "b"})) == []


def test_what_aws_counts_by_itself_does_not_drift() -> None:
    attached = change("aws_iam_policy.logs", Action.UPDATE, {"attachment_count": 0}, {"attachment_count": 1})
    confirmed = change(
        "aws_sns_topic_subscription.mail",
        Action.UPDATE,
        {"pending_confirmation": True},
        {"pending_confirmation": False},
    )

    assert texts(attached, confirmed) == []


def test_what_another_resource_sets_is_that_ones_to_tell() -> None:
    versioning = change(
        BUCKET, Action.UPDATE, {"versioning": [{"enabled": False}]}, {"versioning": [{"enabled": True}]}
    )

    assert texts(versioning, state=(owned("aws_s3_bucket_versioning"),)) == []
    assert texts(versioning) == [f"{BUCKET}: versioning[0].enabled: false -> true"]


def test_of_a_roles_policies_only_those_are_told_that_nobody_manages() -> None:
    tenants, rogue = ({"name": name, "policy": "{}"} for name in ("tenant", "rogue"))
    state = (owned("aws_iam_role_policy", "tenant"),)

    assert texts(role([], [tenants]), state=state) == []
    assert texts(role([tenants], [{**tenants, "policy": '{"a": 1}'}]), state=state) == []
    assert texts(role(None, [tenants]), state=state) == []
    assert len(texts(role(None, [rogue, tenants]), state=state)) == 1
    assert texts(role([], [rogue, tenants]), state=state) == [
        f'{ROLE}: inline_policy[0]: null -> {{"name": "rogue", "policy": "{{}}"}}'
    ]
    assert texts(role([], [tenants])) != []


def test_a_row_keeps_no_more_than_it_has_room_for() -> None:
    found = [Finding(address=f"aws_x.a[{n}]", attribute="b", before=None, after="x" * 1000) for n in range(100)]

    kept = as_texts(found)

    assert kept[-1] == f"and {100 - MOST_TEXTS} more"
    assert sum(map(len, kept)) < 10_000
