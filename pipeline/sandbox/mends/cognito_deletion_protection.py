"""Gap: moto deletes a user pool that is protected against deletion, or still has a domain; AWS refuses both.

https://github.com/getmoto/moto/blob/5.2.5/moto/cognitoidp/models.py (CognitoIdpBackend.delete_user_pool)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cognitoidp.exceptions import InvalidParameterException
from moto.cognitoidp.models import CognitoIdpBackend

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable


def apply() -> None:
    """Refuse as AWS does."""
    replace(CognitoIdpBackend, "delete_user_pool", _refusing)


def _refusing(original: Callable[[CognitoIdpBackend, str], None]) -> Callable[[CognitoIdpBackend, str], None]:
    def delete_user_pool(backend: CognitoIdpBackend, user_pool_id: str) -> None:
        pool = backend.describe_user_pool(user_pool_id)
        if pool.extended_config.get("DeletionProtection") == "ACTIVE":
            raise InvalidParameterException(
                "The user pool cannot be deleted because deletion protection is activated. "
                "Deletion protection must be inactivated first."
            )
        if pool.domain:
            raise InvalidParameterException(
                "User pool cannot be deleted. It has a domain configured that should be deleted first."
            )
        original(backend, user_pool_id)

    return delete_user_pool
