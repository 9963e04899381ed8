from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from pipeline.adapters.control_plane import bootstrap
from pipeline.adapters.objects import Bucket
from pipeline.adapters.reviews import ReviewStore
from pipeline.errors import NotFoundError, TemplateError
from pipeline.usecases.review import reviewed_classes
from tests.pipeline.samples import VERSION

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject
    from tests.sandbox_fixtures import RunningSandbox


@pytest.fixture
def bucket(sandbox: RunningSandbox) -> Bucket:
    """Give an empty template bucket."""
    name = f"reviews-{uuid4().hex}"
    list(bootstrap(sandbox.client("s3"), sandbox.client("dynamodb"), [name], []))
    return Bucket(sandbox.client("s3"), name)


def found(*digests: str) -> JsonObject:
    return {"classes": [{"digest": digest} for digest in digests]}


def test_reviews_of_parts_add_up_and_a_new_one_replaces_its_own_part(bucket: Bucket) -> None:
    reviews = ReviewStore(bucket)
    keys = {
        reviews.write(VERSION, part, found(*digests))
        for part, digests in (("basic/*", "ab"), ("premium/*", "c"), ("basic/*", "b"))
    }

    assert keys == {f"reviews/{VERSION}.json"}
    assert reviewed_classes(reviews, VERSION) == {"b", "c"}


def test_without_a_review_there_is_nothing_to_go_by(bucket: Bucket) -> None:
    with pytest.raises(NotFoundError, match="was not reviewed yet"):
        reviewed_classes(ReviewStore(bucket), VERSION)


def test_a_review_without_a_class_is_one(bucket: Bucket) -> None:
    reviews = ReviewStore(bucket)
    reviews.write(VERSION, "*/*", found())

    assert reviewed_classes(reviews, VERSION) == frozenset()


@pytest.mark.parametrize("content", [b"", b"{", b"3"])
def test_a_damaged_review_is_refused(bucket: Bucket, content: bytes) -> None:
    bucket.write(f"reviews/{VERSION}.json", content)

    with pytest.raises(TemplateError, match="is damaged"):
        reviewed_classes(ReviewStore(bucket), VERSION)
