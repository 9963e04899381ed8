"""What reviews found, beside the template version that they are of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.errors import TemplateError
from pipeline.values.digests import canonical_json

if TYPE_CHECKING:
    from pipeline.adapters.objects import Bucket, StoredObject
    from pipeline.json_types import JsonObject
    from pipeline.values.identifiers import TemplateVersion


class ReviewStore:
    """The reviews in the template bucket: one object per version, in it the last review of each part of the fleet."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def write(self, version: TemplateVersion, part: str, review: JsonObject) -> str:
        """Keep the review of a part of the fleet; gives the key. Raises ConflictError where another one came first."""
        key = _key(version)
        read = self._bucket.read(key)
        self._bucket.replace(key, canonical_json({**self._parts(key, read), part: review}), read=read)
        return key

    def read(self, version: TemplateVersion) -> list[JsonObject]:
        """Read the last reviews of a version."""
        key = _key(version)
        return list(self._parts(key, self._bucket.read(key)).values())

    def _parts(self, key: str, read: StoredObject | None) -> dict[str, JsonObject]:
        try:
            parts: dict[str, JsonObject] = {} if read is None else json.loads(read.content)
            return dict(parts)
        except (ValueError, TypeError) as error:
            raise TemplateError(f"{self._bucket.name}/{key} is damaged", advice="delete it and review again") from error


def _key(version: TemplateVersion) -> str:
    return f"reviews/{version}.json"
