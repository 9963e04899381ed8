"""Gap: moto's cognito-idp has no TagResource, UntagResource and ListTagsForResource.

https://github.com/getmoto/moto/blob/5.2.5/moto/cognitoidp/responses.py (CognitoIdpResponse)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.responses import ActionResult, EmptyResult

from pipeline.sandbox.mends.patching import add

if TYPE_CHECKING:
    from moto.cognitoidp.models import CognitoIdpBackend, CognitoIdpUserPool

TAGS = "UserPoolTags"


def apply() -> None:
    """Tag user pools."""
    add(CognitoIdpResponse, "tag_resource", _tag)
    add(CognitoIdpResponse, "untag_resource", _untag)
    add(CognitoIdpResponse, "list_tags_for_resource", _list)


def tags_of(pool: CognitoIdpUserPool) -> dict[str, str]:
    """Give the tags of a pool."""
    return dict(pool.extended_config.get(TAGS) or {})


def _tag(response: CognitoIdpResponse) -> ActionResult:
    pool = _pool(response)
    pool.extended_config[TAGS] = tags_of(pool) | response._get_param("Tags")  # noqa: SLF001
    return EmptyResult()


def _untag(response: CognitoIdpResponse) -> ActionResult:
    pool = _pool(response)
    removed = response._get_param("TagKeys")  # noqa: SLF001
    pool.extended_config[TAGS] = {key: value for key, value in tags_of(pool).items() if key not in removed}
    return EmptyResult()


def _list(response: CognitoIdpResponse) -> ActionResult:
    return ActionResult({"Tags": tags_of(_pool(response))})


def _pool(response: CognitoIdpResponse) -> CognitoIdpUserPool:
    backend: CognitoIdpBackend = response.backend
    arn: str = response._get_param("ResourceArn")  # noqa: SLF001
    return backend.describe_user_pool(arn.rpartition("/")[2])
