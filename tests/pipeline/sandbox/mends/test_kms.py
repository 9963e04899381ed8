from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox_fixtures import RunningSandbox


@pytest.fixture
def kms(aws: RunningSandbox) -> Any:
    return aws.client("kms")


def create_key(kms: Any) -> Any:
    return kms.create_key(Description="data")["KeyMetadata"]


@pytest.mark.parametrize(
    ("given", "expected"), [({"RotationPeriodInDays": 180}, (True, 180)), ({}, (True, 365)), (None, (False, None))]
)
def test_the_rotation_period_is_kept(kms: Any, given: dict[str, int] | None, expected: tuple[bool, int | None]) -> None:
    key = create_key(kms)["KeyId"]
    if given is not None:
        kms.enable_key_rotation(KeyId=key, **given)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status.get("RotationPeriodInDays")) == expected


def test_a_key_is_for_encryption_unless_said_otherwise(kms: Any) -> None:
    assert create_key(kms)["KeyUsage"] == "ENCRYPT_DECRYPT"
    signing = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]
    assert signing["KeyUsage"] == "SIGN_VERIFY"


@pytest.mark.parametrize(
    "act",
    [
        lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x"),
        lambda kms, _: kms.encrypt(KeyId="alias/data", Plaintext=b"x"),
        lambda kms, key: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        lambda kms, key: kms.enable_key(KeyId=key),
        lambda kms, key: kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]),
        lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7),
    ],
)
@pytest.mark.parametrize("name", ["KeyId", "Arn"])
def test_a_key_that_is_to_be_deleted_is_not_used(kms: Any, act: Callable[[Any, str], Any], name: str) -> None:
    key = create_key(kms)[name]
    kms.create_alias(AliasName="alias/data", TargetKeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"

    with pytest.raises(kms.exceptions.KMSInvalidStateException, match="is pending deletion"):
        act(kms, key)


def test_nothing_is_decrypted_with_a_key_that_is_to_be_deleted(kms: Any) -> None:
    key = create_key(kms)["KeyId"]
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with pytest.raises(kms.exceptions.KMSInvalidStateException):
        kms.decrypt(CiphertextBlob=ciphertext)

    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"secret"


def test_a_key_that_is_not_there_is_not_found(kms: Any) -> None:
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.encrypt(KeyId="alias/missing", Plaintext=b"x")


def test_symmetric_keys_do_not_decrypt_for_each_other(kms: Any) -> None:
    one, other = create_key(kms)["KeyId"], create_key(kms)["KeyId"]
    ciphertext = kms.encrypt(KeyId=one, Plaintext=b"secret")["CiphertextBlob"]
    with pytest.raises(kms.exceptions.ClientError):
        kms.decrypt(KeyId=other, CiphertextBlob=ciphertext)


def test_asymmetric_keys_have_key_pairs_of_their_own(kms: Any) -> None:
    asymmetric = {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}
    keys = [kms.create_key(**asymmetric)["KeyMetadata"]["KeyId"] for _ in range(2)]
    assert len({kms.get_public_key(KeyId=key)["PublicKey"] for key in keys}) == 2
