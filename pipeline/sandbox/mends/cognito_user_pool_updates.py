"""Gap: moto's UpdateUserPool forgets what cannot be changed: how users are named and sign in.

terraform then finds a pool without username attributes, and plans to replace it with all its users. Everything else
that a request does not name AWS resets too, tags and protection included.
https://github.com/getmoto/moto/blob/5.2.5/moto/cognitoidp/models.py (CognitoIdpUserPool.update_extended_config)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.cognitoidp.models import CognitoIdpBackend
from moto.core.utils import utcnow

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT: Final = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration")


def apply() -> None:
    """Keep what no update can change."""
    replace(CognitoIdpBackend, "update_user_pool", _keeping)


def _keeping(original: Callable[..., None]) -> Callable[..., None]:
    def update_user_pool(backend: CognitoIdpBackend, user_pool_id: str, extended_config: dict[str, Any]) -> None:
        pool = backend.describe_user_pool(user_pool_id)
        kept = {name: pool.extended_config[name] for name in KEPT if name in pool.extended_config}
        original(backend, user_pool_id, kept | extended_config)
        pool.last_modified_date = utcnow()

    return update_user_pool
