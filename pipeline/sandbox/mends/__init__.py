"""What moto lacks of AWS and the sandbox adds: one module per gap, all named in one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.sandbox.mends import (
    action_lookup,
    cognito_signing_key,
    dynamodb_queries,
    dynamodb_transactions,
    dynamodb_values,
    iam_role_description,
    kms_key_material,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MENDS: Final[tuple[Callable[[], None], ...]] = (
    action_lookup.apply,
    cognito_signing_key.apply,
    dynamodb_queries.apply,
    dynamodb_transactions.apply,
    dynamodb_values.apply,
    iam_role_description.apply,
    kms_key_material.apply,
)


def apply_all() -> None:
    """Mend the moto of this process; call it once, before the first request."""
    for mend in MENDS:
        mend()
