"""Speed: moto reads the same RSA signing key from the same file for every user pool (130 ms each).

https://github.com/getmoto/moto/blob/5.2.5/moto/cognitoidp/models.py (CognitoIdpUserPool.__init__)
"""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from moto.cognitoidp import models
from moto.utilities.utils import load_resource

from pipeline.sandbox.mends.patching import replace

KEY_FILE = "cognitoidp/resources/jwks-private.json"


def apply() -> None:
    """Read the signing key once."""
    replace(models, "jwk", _reading_once)


def _reading_once(jwk: ModuleType) -> Any:
    key = jwk.RSAKey.import_key(load_resource(KEY_FILE))
    return SimpleNamespace(RSAKey=SimpleNamespace(import_key=lambda _: key))
