"""Gap: moto goes on using a KMS key that is to be deleted, and does not know such a key by its ARN.

https://github.com/getmoto/moto/blob/5.2.5/moto/kms/models.py (KmsBackend.schedule_key_deletion)
https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html (what AWS refuses)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from moto.core.exceptions import JsonRESTError
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED: Final = (
    "disable_key",
    "disable_key_rotation",
    "enable_key",
    "enable_key_rotation",
    "encrypt",
    "generate_data_key",
    "get_key_rotation_status",
    "schedule_key_deletion",
    "tag_resource",
    "untag_resource",
    "update_key_description",
)
"""What AWS refuses for a key that is to be deleted, of what a template or an application does."""


def apply() -> None:
    """Refuse the use of keys that are to be deleted."""
    for action in REFUSED:
        replace(KmsResponse, action, _refusing)
    replace(KmsResponse, "decrypt", _refusing_decryption)
    replace(KmsBackend, "schedule_key_deletion", _by_arn_too)


def _refusing(original: Callable[[KmsResponse], str]) -> Callable[[KmsResponse], str]:
    def act(response: KmsResponse) -> str:
        _check(response.kms_backend, response._get_param("KeyId"))  # noqa: SLF001
        return original(response)

    return act


def _refusing_decryption(original: Callable[[KmsResponse], str]) -> Callable[[KmsResponse], str]:
    def decrypt(response: KmsResponse) -> str:
        answer = original(response)
        _check(response.kms_backend, json.loads(answer)["KeyId"])  # the request need not name it
        return answer

    return decrypt


def _check(backend: KmsBackend, key_id: str) -> None:
    name = backend.get_alias_name(key_id)
    raw_id = backend.get_key_id_from_alias(name) if name.startswith("alias/") else backend.get_key_id(key_id)
    key = backend.keys.get(raw_id or "")
    if key is not None and key.key_state == "PendingDeletion":
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")


def _by_arn_too(original: Callable[[KmsBackend, str, int], float]) -> Callable[[KmsBackend, str, int], float]:
    def schedule_key_deletion(backend: KmsBackend, key_id: str, pending_window_in_days: int) -> float:
        return original(backend, backend.get_key_id(key_id), pending_window_in_days)

    return schedule_key_deletion
