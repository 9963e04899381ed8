"""A small judge of trust policies, by IAM's own rules: all keys of a condition, any of a key's values."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": lambda value, wanted: fnmatchcase(value, wanted.replace("[", "[[]")),
}


def may_assume(policy: dict[str, Any], claims: Mapping[str, str], *, issuer: str) -> bool:
    """Tell whether a token with these claims may take on the role of a trust policy."""
    context = {f"{issuer}:{name}": value for name, value in claims.items()}
    return any(_allows(statement, context, issuer) for statement in policy["Statement"])


def _allows(statement: dict[str, Any], context: Mapping[str, str], issuer: str) -> bool:
    assert statement["Effect"] == "Allow"
    assert set(statement) == {"Effect", "Principal", "Action", "Condition"}
    return (
        statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        and statement["Principal"]["Federated"].endswith(f":oidc-provider/{issuer}")
        and all(
            _holds(OPERATORS[operator], context.get(key), wanted)
            for operator, keys in statement["Condition"].items()
            for key, wanted in keys.items()
        )
    )


def _holds(compare: Callable[[str, str], bool], value: str | None, wanted: str | list[str]) -> bool:
    """A claim that is not there satisfies nothing."""
    return value is not None and any(compare(value, one) for one in ([wanted] if isinstance(wanted, str) else wanted))
