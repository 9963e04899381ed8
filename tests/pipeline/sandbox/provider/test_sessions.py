from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ProfileNotFound
from moto import mock_aws

from pipeline.sandbox.provider.cloud import Cloud
from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.sessions import Sessions
from pipeline.sandbox.provider.settings import AssumedRole, ProviderSettings, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = "123456789012"
OTHER = "210987654321"
ROLE = AssumedRole(role_arn=f"arn:aws:iam::{OTHER}:role/tenant", external_id="shared-word")


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def settings(**changes: object) -> ProviderSettings:
    return read_settings({"region": "eu-central-1", "access_key": "fake", "secret_key": "fake"} | changes)


@pytest.mark.parametrize(
    ("roles", "account"), [([], OWN), ([{"role_arn": ROLE.role_arn, "external_id": ROLE.external_id}], OTHER)]
)
def test_an_assumed_role_leads_to_its_account(roles: list[dict[str, str]], account: str) -> None:
    assert Cloud(settings(assume_role=roles), Sessions()).account_id == account


def test_clients_are_shared_by_configurations_that_differ_only_in_tags() -> None:
    sessions = Sessions()
    tagged = settings(default_tags=[{"tags": {"tenant": "acme"}}])

    assert sessions.client(settings(), "sts") is sessions.client(tagged, "sts")
    assert sessions.client(settings(), "sts") is not sessions.client(settings(access_key="other"), "sts")


def test_roles_share_clients_and_keep_their_accounts_in_every_thread() -> None:
    sessions = Sessions()
    accounts = [f"{number:012}" for number in range(8)]
    roles = [[{"role_arn": f"arn:aws:iam::{account}:role/tenant"}] for account in accounts]
    clouds = [Cloud(settings(assume_role=role), sessions) for role in roles]
    together = threading.Barrier(len(clouds), timeout=30)

    def seen(cloud: Cloud) -> list[str]:
        found = []
        for _ in range(3):
            sts = cloud.client("sts")
            together.wait()
            found.append(sts.get_caller_identity()["Account"])
        return found

    with ThreadPoolExecutor(len(clouds)) as pool:
        assert list(pool.map(seen, clouds)) == [[account] * 3 for account in accounts]
    assert len({cloud.client("sts") for cloud in clouds}) == 1
    assert [cloud.account_id for cloud in clouds] == accounts
    assert Cloud(settings(), sessions).account_id == OWN


@pytest.mark.parametrize("changes", [{"allowed_account_ids": [OTHER]}, {"forbidden_account_ids": [OWN]}])
def test_an_account_that_is_not_allowed_is_refused(changes: dict[str, list[str]]) -> None:
    with pytest.raises(ProviderError, match=f"not allowed: {OWN}"):
        Cloud(settings(**changes), Sessions()).connect()


def test_a_region_that_is_none_is_refused_unless_it_is_not_to_be_checked() -> None:
    with pytest.raises(ProviderError, match="invalid AWS Region: eu-nowhere-1"):
        Cloud(settings(region="eu-nowhere-1"), Sessions()).connect()
    Cloud(settings(region="eu-nowhere-1", skip_region_validation=True), Sessions()).connect()


def test_a_profile_that_is_not_there_is_refused() -> None:
    with pytest.raises(ProfileNotFound):
        Cloud(settings(profile="nobody"), Sessions()).connect()


def test_the_endpoints_block_names_services_by_any_of_their_names() -> None:
    configured = settings(endpoints=[{"eventbridge": "http://events", "s3": "http://s3", "sqs": None}])

    assert [configured.endpoint(name) for name in ("events", "s3", "sqs")] == ["http://events", "http://s3", None]
