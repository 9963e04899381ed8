"""Gap: moto describes a user pool's domain with a new account id each time, and without its certificate.

https://github.com/getmoto/moto/blob/5.2.5/moto/cognitoidp/models.py (CognitoIdpUserPoolDomain.to_json)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.responses import ActionResult

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable


def apply() -> None:
    """Describe a domain as it is."""
    replace(CognitoIdpResponse, "describe_user_pool_domain", _complete)


def _complete(_original: Callable[[CognitoIdpResponse], ActionResult]) -> Callable[[CognitoIdpResponse], ActionResult]:
    def describe_user_pool_domain(response: CognitoIdpResponse) -> ActionResult:
        domain = response.backend.describe_user_pool_domain(response._get_param("Domain"))  # noqa: SLF001
        if domain is None:
            return ActionResult({"DomainDescription": {}})
        told = {"AWSAccountId": response.current_account, "CustomDomainConfig": domain.custom_domain_config or None}
        return ActionResult({"DomainDescription": domain.to_json() | told})

    return describe_user_pool_domain
