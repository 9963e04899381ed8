"""Speed: moto looks for the account of each request's access key in eight partitions of all accounts, and makes them.

With a role taken on in each of 400 accounts that doubled the time of every request.
https://github.com/getmoto/moto/blob/5.2.5/moto/iam/models.py (get_account_id_from)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam import models

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable


def apply() -> None:
    """Look in the partitions that there are."""
    replace(models, "get_account_id_from", _in_use)


def _in_use(_: Callable[[str], str]) -> Callable[[str], str]:
    def get_account_id_from(access_key: str) -> str:
        for account_id, partitions in list(models.iam_backends.items()):
            if any(access_key in backend.access_keys for backend in list(partitions.values())):
                return account_id
        return DEFAULT_ACCOUNT_ID

    return get_account_id_from
