"""Gap: moto can create a resource server of a user pool, but neither change nor delete one.

https://github.com/getmoto/moto/blob/5.2.5/moto/cognitoidp/responses.py (CognitoIdpResponse)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.responses import ActionResult, EmptyResult

from pipeline.sandbox.mends.patching import add

if TYPE_CHECKING:
    from moto.cognitoidp.models import CognitoResourceServer


def apply() -> None:
    """Change and delete resource servers."""
    add(CognitoIdpResponse, "update_resource_server", _update)
    add(CognitoIdpResponse, "delete_resource_server", _delete)


def _update(response: CognitoIdpResponse) -> ActionResult:
    server = _server(response)
    server.name = response._get_param("Name")  # noqa: SLF001
    server.scopes = response._get_param("Scopes") or []  # noqa: SLF001
    return ActionResult({"ResourceServer": server.to_json()})


def _delete(response: CognitoIdpResponse) -> ActionResult:
    server = _server(response)
    del response.backend.user_pools[server.user_pool_id].resource_servers[server.identifier]
    return EmptyResult()


def _server(response: CognitoIdpResponse) -> CognitoResourceServer:
    pool, identifier = response._get_param("UserPoolId"), response._get_param("Identifier")  # noqa: SLF001
    return response.backend.describe_resource_server(pool, identifier)
