"""Gap: moto forgets after how many days a KMS key is rotated.

https://github.com/getmoto/moto/blob/5.2.5/moto/kms/responses.py (KmsResponse.enable_key_rotation)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from moto.kms.responses import KmsResponse

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.kms.models import Key

PERIOD: Final = "rotation_period"
DEFAULT_DAYS: Final = 365


def apply() -> None:
    """Remember the rotation period, and show it."""
    replace(KmsResponse, "enable_key_rotation", _remembering)
    replace(KmsResponse, "get_key_rotation_status", _showing)


def _remembering(original: Callable[[KmsResponse], str]) -> Callable[[KmsResponse], str]:
    def enable_key_rotation(response: KmsResponse) -> str:
        answer = original(response)
        _key(response).__dict__[PERIOD] = response._get_param("RotationPeriodInDays", DEFAULT_DAYS)  # noqa: SLF001
        return answer

    return enable_key_rotation


def _showing(original: Callable[[KmsResponse], str]) -> Callable[[KmsResponse], str]:
    def get_key_rotation_status(response: KmsResponse) -> str:
        status = json.loads(original(response))
        key = _key(response)
        if status["KeyRotationEnabled"]:
            status["RotationPeriodInDays"] = key.__dict__.get(PERIOD, DEFAULT_DAYS)
        return json.dumps({"KeyId": key.arn, **status})

    return get_key_rotation_status


def _key(response: KmsResponse) -> Key:
    backend = response.kms_backend
    return backend.keys[backend.get_key_id(response._get_param("KeyId"))]  # noqa: SLF001
