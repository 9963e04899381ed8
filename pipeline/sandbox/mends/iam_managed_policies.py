"""Gap: moto does not know AWS's managed policies, unless told to, and then it makes all 1500 of them for every account.

https://github.com/getmoto/moto/blob/5.2.5/moto/iam/models.py (IAMBackend._init_aws_policies)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.iam import models
from moto.iam.models import IAMBackend

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

PARTITION = "aws"


def apply() -> None:
    """Make them once, for all accounts."""
    replace(models, "load_iam_aws_managed_policies", lambda _: lambda: True)
    replace(IAMBackend, "_init_aws_policies", _shared)


def _shared(original: Callable[[IAMBackend], list[Any]]) -> Callable[[IAMBackend], list[Any]]:
    made: list[Any] = []

    def aws_policies(backend: IAMBackend) -> list[Any]:
        if backend.region_name != PARTITION:  # to IAM, a partition is what a region is to others
            return []
        if not made:
            made.extend(original(backend))
        return made

    return aws_policies
