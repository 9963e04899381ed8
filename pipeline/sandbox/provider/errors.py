"""What a provider answers instead of a result, and how AWS says that something is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from botocore.exceptions import ClientError

    from pipeline.sandbox.provider.field_plan import Path


class ProviderError(Exception):
    """A request cannot be done; the text is what terraform shows."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One error of a configuration, with the place that it is about."""

    summary: str
    detail: str = ""
    path: Path = ()


REAL_PROVIDER = "the real provider: `pipeline sandbox start --provider registry`"


def not_supported(type_name: str, argument: str, *, instead: str = "") -> Problem:
    """Refuse one argument by name, and say what to do about it; `instead` is a sentence that knows better."""
    return Problem(
        summary=f"{type_name}: the sandbox provider does not support `{argument}`",
        detail=instead or f"Leave it out in the sandbox, or use {REAL_PROVIDER}.",
        path=(argument,),
    )


def error_code(error: ClientError) -> str:
    """Return AWS's code for the error, such as `ResourceNotFoundException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


_GONE = frozenset(
    {
        "404",
        "NoSuchBucket",
        "NoSuchEntity",
        "NotFound",
        "NotFoundException",
        "ParameterNotFound",
        "QueueDoesNotExist",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "UserNotFoundException",
        "AWS.SimpleQueueService.NonExistentQueue",
    }
)


def is_gone(error: ClientError, also: Collection[str] = ()) -> bool:
    """Tell whether the error means that what was asked for does not exist."""
    return error_code(error) in _GONE or error_code(error) in also
