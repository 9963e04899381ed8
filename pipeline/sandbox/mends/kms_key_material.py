"""Speed: moto makes an RSA key pair for every KMS key, also for the symmetric ones, which never use it (50 ms each).

https://github.com/getmoto/moto/blob/5.2.5/moto/kms/utils.py (generate_private_key)
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from moto.kms import models
from moto.kms.utils import KeySpec

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable


def apply() -> None:
    """Let all symmetric keys share one key pair."""
    replace(models, "generate_private_key", _sharing)


def _sharing(generate: Callable[[str], Any]) -> Callable[[str], Any]:
    shared = cache(generate)

    def generate_private_key(key_spec: str) -> Any:
        symmetric = key_spec == KeySpec.SYMMETRIC_DEFAULT
        return shared(key_spec) if symmetric else generate(key_spec)

    return generate_private_key
