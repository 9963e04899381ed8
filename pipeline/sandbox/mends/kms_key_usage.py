"""Gap: moto knows no usage of a key that was made without one: an import of it would plan to replace it.

https://github.com/getmoto/moto/blob/5.2.5/moto/kms/models.py (KmsBackend.create_key)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.kms.models import KmsBackend

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable


def apply() -> None:
    """Let such a key be one for encryption, as AWS does."""
    replace(KmsBackend, "create_key", _for_encryption)


def _for_encryption(original: Callable[..., Any]) -> Callable[..., Any]:
    def create_key(backend: KmsBackend, policy: str | None, key_usage: str | None, *more: Any, **named: Any) -> Any:
        return original(backend, policy, key_usage or "ENCRYPT_DECRYPT", *more, **named)

    return create_key
