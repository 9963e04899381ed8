"""A small judge of policies, by IAM's own rules: all keys of a condition, any of a key's values, a denial wins."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _is_like(value: str, wanted: str) -> bool:
    return fnmatchcase(value, wanted.replace("[", "[[]"))


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": _is_like,
}


def may_assume(policy: dict[str, Any], claims: Mapping[str, str], *, issuer: str) -> bool:
    """Tell whether a token with these claims may take on the role of a trust policy."""
    context = {f"{issuer}:{name}": value for name, value in claims.items()}
    return any(_trusts(statement, context, issuer) for statement in policy["Statement"])


def may(
    statements: list[dict[str, Any]], action: str, resource: str = "*", context: Mapping[str, str] | None = None
) -> bool:
    """Tell whether a role with these statements may do something with a resource."""
    effects = {s["Effect"] for s in statements if _concerns(s, action, resource, context or {})}
    return effects == {"Allow"}


def _trusts(statement: dict[str, Any], context: Mapping[str, str], issuer: str) -> bool:
    assert statement["Effect"] == "Allow"
    assert set(statement) == {"Effect", "Principal", "Action", "Condition"}
    return (
        statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        and statement["Principal"]["Federated"].endswith(f":oidc-provider/{issuer}")
        and _meets(statement, context)
    )


def _concerns(statement: dict[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    return (
        any(_is_like(action.lower(), one.lower()) for one in _listed(statement["Action"]))
        and any(_is_like(resource, one) for one in _listed(statement["Resource"]))
        and _meets(statement, context)
    )


def _meets(statement: dict[str, Any], context: Mapping[str, str]) -> bool:
    return all(
        _holds(OPERATORS[operator], context.get(key), wanted)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def _holds(compare: Callable[[str, str], bool], value: str | None, wanted: str | list[str]) -> bool:
    """A key that is not there satisfies nothing."""
    return value is not None and any(compare(value, one) for one in _listed(wanted))


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
