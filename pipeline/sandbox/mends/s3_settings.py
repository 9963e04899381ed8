"""Gap: moto takes settings of a bucket whole, but does not tell all of them again.

Untold are the sizes in filters of lifecycle rules, how many old versions a rule keeps, the format of access logs' keys,
whether a version is deleted only by MFA, and that events go to EventBridge: terraform plans to set them, for ever.
https://github.com/getmoto/moto/blob/5.2.5/moto/s3/responses.py (get_bucket_lifecycle, _versioning, …)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from moto.core.responses import ActionResult

    from pipeline.json_types import JsonObject

_GIVEN_RULES: Final = "given_lifecycle_rules"
_MFA_DELETE: Final = "given_mfa_delete"
_SIZES: Final = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")


def apply() -> None:
    """Tell what was set."""
    replace(FakeBucket, "set_lifecycle", _remembering)
    replace(S3Response, "serialized", _completing)


def _remembering(set_lifecycle: Callable[..., None]) -> Callable[..., None]:
    def remember(bucket: FakeBucket, rules: list[JsonObject]) -> None:
        set_lifecycle(bucket, rules)
        bucket.__dict__[_GIVEN_RULES] = rules

    return remember


def _completing(serialized: Callable[..., Any]) -> Callable[..., Any]:
    def complete(self: S3Response, answer: ActionResult) -> Any:
        action = self.data.get("Action", "")
        if action == "PutBucketVersioning" and (given := re.search(rb"<MfaDelete>(\w+)</MfaDelete>", self.body)):
            self.backend.get_bucket(self.bucket_name).__dict__[_MFA_DELETE] = given[1].decode()
        complete_answer = _COMPLETED.get(action)
        if complete_answer is not None and isinstance(answer.result, dict):
            complete_answer(answer.result, self.backend.get_bucket(self.bucket_name))
        return serialized(self, answer)

    return complete


def _complete_lifecycle(answer: JsonObject, bucket: FakeBucket) -> None:
    for rule, given in zip(answer["Rules"], bucket.__dict__.get(_GIVEN_RULES, ()), strict=False):
        filters: JsonObject = given.get("Filter") or {}
        _copy(_SIZES, filters, rule.get("Filter"))
        _copy(_SIZES, filters.get("And"), (rule.get("Filter") or {}).get("And"))
        expiration = "NoncurrentVersionExpiration"
        _copy(("NewerNoncurrentVersions",), given.get(expiration), rule.get(expiration))


def _complete_logging(answer: JsonObject, bucket: FakeBucket) -> None:
    key_format = (bucket.logging or {}).get("TargetObjectKeyFormat")
    if key_format:
        told = {name: value or {} for name, value in key_format.items()}
        answer["LoggingEnabled"]["TargetObjectKeyFormat"] = told


def _complete_notification(answer: JsonObject, bucket: FakeBucket) -> None:
    settings = bucket.notification_configuration
    if settings is not None and settings.event_bridge is not None:
        answer["EventBridgeConfiguration"] = {}


def _complete_versioning(answer: JsonObject, bucket: FakeBucket) -> None:
    answer["MFADelete"] = bucket.__dict__.get(_MFA_DELETE)


def _copy(names: tuple[str, ...], source: JsonObject | None, target: JsonObject | None) -> None:
    if source and target is not None:
        target.update({name: source[name] for name in names if name in source})


_COMPLETED: Final[Mapping[str, Callable[[JsonObject, FakeBucket], None]]] = {
    "GetBucketLifecycleConfiguration": _complete_lifecycle,
    "GetBucketLogging": _complete_logging,
    "GetBucketNotificationConfiguration": _complete_notification,
    "GetBucketVersioning": _complete_versioning,
}
