from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from pipeline.adapters.control_plane import bootstrap
from pipeline.adapters.objects import Bucket
from pipeline.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from tests.sandbox_fixtures import RunningSandbox


@pytest.fixture
def bucket(sandbox: RunningSandbox) -> Bucket:
    """Give an empty bucket."""
    name = f"objects-{uuid4().hex}"
    list(bootstrap(sandbox.client("s3"), sandbox.client("dynamodb"), [name], []))
    return Bucket(sandbox.client("s3"), name)


def content(bucket: Bucket, key: str) -> bytes | None:
    found = bucket.read(key)
    return None if found is None else found.content


def test_what_was_written_is_read(bucket: Bucket) -> None:
    bucket.write("a/b", b"1")
    bucket.write("a/b", b"2")

    assert content(bucket, "a/b") == b"2"
    assert content(bucket, "a") is None


def test_written_once_stays(bucket: Bucket) -> None:
    assert [bucket.write_once("a", b"1"), bucket.write_once("a", b"2")] == [True, False]
    assert content(bucket, "a") == b"1"


def test_a_replacement_is_of_what_was_read(bucket: Bucket) -> None:
    bucket.replace("a", b"1", read=None)
    bucket.replace("a", b"2", read=bucket.read("a"))

    assert content(bucket, "a") == b"2"


@pytest.mark.parametrize("there_before", [True, False])
def test_a_replacement_of_what_has_changed_is_refused(bucket: Bucket, *, there_before: bool) -> None:
    if there_before:
        bucket.write("a", b"0")
    read = bucket.read("a")
    bucket.write("a", b"theirs")

    with pytest.raises(ConflictError, match=f"{bucket.name}/a was changed by somebody else"):
        bucket.replace("a", b"mine", read=read)

    assert content(bucket, "a") == b"theirs"


def test_deleting_is_fine_twice(bucket: Bucket) -> None:
    bucket.write("a", b"1")

    bucket.delete("a")
    bucket.delete("a")

    assert content(bucket, "a") is None


def test_keys_and_folders_are_listed_past_the_first_page(bucket: Bucket) -> None:
    keys = [f"p/{i:04}/x" for i in range(1001)]
    for key in keys:
        bucket.write(key, b"")

    assert list(bucket.keys("p/")) == keys
    assert list(bucket.folders("p/")) == [f"{i:04}" for i in range(1001)]
    assert list(bucket.folders("q/")) == []


def test_a_missing_bucket_says_how_to_make_it(sandbox: RunningSandbox) -> None:
    absent = Bucket(sandbox.client("s3"), "absent-bucket")

    with pytest.raises(NotFoundError, match="bucket absent-bucket does not exist") as refusal:
        absent.read("a")

    assert refusal.value.advice == "pipeline bootstrap"
