from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from tenant_stack import policies

if TYPE_CHECKING:
    from tenant_stack.policies import Statement


def statements_of(tenant: str) -> list[Statement]:
    """Give every statement of a tenant's role."""
    return [
        policies.use_tables([f"arn:aws:dynamodb:eu-central-1:1:table/app-{tenant}-orders"]),
        policies.manage_users(f"arn:aws:cognito-idp:eu-central-1:1:userpool/{tenant}"),
        *policies.use_files(f"arn:aws:s3:::app-{tenant}-files-1"),
        policies.use_key(f"arn:aws:kms:eu-central-1:1:key/{tenant}"),
        policies.read_parameters(f"arn:aws:ssm:eu-central-1:1:parameter/app/tenants/{tenant}"),
    ]


def resources_of(statement: Statement) -> list[str]:
    resources = statement["Resource"]
    return [resources] if isinstance(resources, str) else resources


@pytest.mark.parametrize("other", ["acme-eu", "acme2", "ac"])
def test_no_resource_of_a_tenant_matches_one_of_another(other: str) -> None:
    ours = {resource for statement in statements_of("acme") for resource in resources_of(statement)}
    theirs = {resource for statement in statements_of(other) for resource in resources_of(statement)}

    assert [(mine, their) for mine in ours for their in theirs if fnmatchcase(their, mine)] == []


def test_actions_are_named_in_full() -> None:
    assert [action for statement in statements_of("acme") for action in statement["Action"] if "*" in action] == []


def test_statement_ids_are_unique() -> None:
    sids = [statement["Sid"] for statement in statements_of("acme")]

    assert len(sids) == len(set(sids))


def test_an_index_belongs_to_its_table() -> None:
    statement = policies.use_tables(["arn:a", "arn:b"])

    assert statement["Resource"] == ["arn:a", "arn:b", "arn:a/index/*", "arn:b/index/*"]


def test_the_trust_is_in_one_principal() -> None:
    assert policies.document([policies.trust("arn:aws:iam::1:role/app")]) == (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:role/app"},'
        '"Action":"sts:AssumeRole"}]}'
    )


def test_plain_http_is_refused_for_everyone() -> None:
    policy = json.loads(policies.document([policies.refuse_plain_http("arn:aws:s3:::b")]))

    (statement,) = policy["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
