"""Gap: moto keeps a user pool's MFA configuration in two places, and shows the one that was not written last.

https://github.com/getmoto/moto/blob/5.2.5/moto/cognitoidp/models.py (CognitoIdpUserPool.to_json)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cognitoidp.models import CognitoIdpUserPool

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable


def apply() -> None:
    """Keep it where SetUserPoolMfaConfig writes it."""
    replace(CognitoIdpUserPool, "update_extended_config", _moving)


def _moving(original: Callable[..., None]) -> Callable[..., None]:
    def update_extended_config(pool: CognitoIdpUserPool, extended_config: dict[str, Any]) -> None:
        original(pool, extended_config)
        if "MfaConfiguration" in pool.extended_config:
            pool.mfa_config = pool.extended_config.pop("MfaConfiguration")

    return update_extended_config
