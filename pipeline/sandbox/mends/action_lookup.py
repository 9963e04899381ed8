"""Speed: moto inspects all members of a service's class to find the method of each single request.

A class does not change while the server runs, so once per class is enough (0.25 ms of each request).
https://github.com/getmoto/moto/blob/5.2.5/moto/core/utils.py (method_names_from_class)
"""

from __future__ import annotations

from functools import cache

from moto.core import responses

from pipeline.sandbox.mends.patching import replace


def apply() -> None:
    """Remember the method names of each class."""
    replace(responses, "method_names_from_class", cache)
