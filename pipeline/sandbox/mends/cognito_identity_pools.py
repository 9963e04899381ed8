"""Gap: moto forgets whether an identity pool allows the classic flow, and cannot tag one.

https://github.com/getmoto/moto/blob/5.2.5/moto/cognitoidentity/responses.py (CognitoIdentityResponse)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from moto.cognitoidentity.models import CognitoIdentityPool
from moto.cognitoidentity.responses import CognitoIdentityResponse

from pipeline.sandbox.mends.patching import add, replace

if TYPE_CHECKING:
    from collections.abc import Callable

CLASSIC = "AllowClassicFlow"


def apply() -> None:
    """Remember the flow, and tag pools."""
    replace(CognitoIdentityPool, "to_json", _with_flow)
    replace(CognitoIdentityResponse, "create_identity_pool", _keeping_flow)
    replace(CognitoIdentityResponse, "update_identity_pool", _keeping_flow)
    add(CognitoIdentityResponse, "tag_resource", _tag)
    add(CognitoIdentityResponse, "untag_resource", _untag)
    add(CognitoIdentityResponse, "list_tags_for_resource", _list)


def _with_flow(original: Callable[[CognitoIdentityPool], str]) -> Callable[[CognitoIdentityPool], str]:
    def to_json(pool: CognitoIdentityPool) -> str:
        return json.dumps(json.loads(original(pool)) | {CLASSIC: vars(pool).get(CLASSIC, False)})

    return to_json


def _keeping_flow(original: Callable[[CognitoIdentityResponse], str]) -> Callable[[CognitoIdentityResponse], str]:
    def create_or_update(response: CognitoIdentityResponse) -> str:
        pool = response.backend.identity_pools[json.loads(original(response))["IdentityPoolId"]]
        vars(pool)[CLASSIC] = bool(response._get_param(CLASSIC))  # noqa: SLF001
        return pool.to_json()

    return create_or_update


def _tag(response: CognitoIdentityResponse) -> str:
    pool = _pool(response)
    pool.tags = pool.tags | response._get_param("Tags")  # noqa: SLF001
    return "{}"


def _untag(response: CognitoIdentityResponse) -> str:
    pool = _pool(response)
    removed = response._get_param("TagKeys")  # noqa: SLF001
    pool.tags = {key: value for key, value in pool.tags.items() if key not in removed}
    return "{}"


def _list(response: CognitoIdentityResponse) -> str:
    return json.dumps({"Tags": _pool(response).tags})


def _pool(response: CognitoIdentityResponse) -> CognitoIdentityPool:
    arn: str = response._get_param("ResourceArn")  # noqa: SLF001
    return response.backend.identity_pools[arn.rpartition("/")[2]]
