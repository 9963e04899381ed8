"""Every error that a person can cause or meet, one exit code per family.

A message says what is wrong and where; `advice` says what to do next. Bugs are not in here: they end in a traceback.
"""

from __future__ import annotations

from typing import ClassVar


class PipelineError(Exception):
    """Something went wrong that the person at the terminal can act on."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class InvalidInputError(PipelineError):
    """A value given on the command line, in a file or in the environment is not acceptable."""

    exit_code = 2  # click's own code for usage errors


class SettingsError(PipelineError):
    """The settings, or the place that the command was started in, are not usable."""

    exit_code = 4


class NotFoundError(PipelineError):
    """A tenant, template version or control-plane resource that was named does not exist."""

    exit_code = 5


class ConflictError(PipelineError):
    """What was asked for collides with what is stored or running."""

    exit_code = 6


class TemplateError(PipelineError):
    """The template cannot be built, or a stored one is damaged."""

    exit_code = 7


class EngineError(PipelineError):
    """terraform or tofu is missing, or one of its commands failed."""

    exit_code = 8


class EngineMissingError(EngineError):
    """There is no engine on this machine: no tenant's fault, and no tenant can be worked on."""


class AwsError(PipelineError):
    """AWS could not be reached, refused the credentials, or refused a call."""

    exit_code = 9


class SandboxError(PipelineError):
    """The sandbox cannot be started, or is not running."""

    exit_code = 10


class TenantsFailedError(PipelineError):
    """A command over several tenants ended, and some of them failed; the report names them."""

    exit_code = 11


class HeldError(PipelineError):
    """A plan was held back by the guard; nothing was changed."""

    exit_code = 12


class DriftError(PipelineError):
    """Resources are not what was applied; nothing was changed."""

    exit_code = 13


class InterruptedRunError(PipelineError):
    """The run was asked to stop; what it had begun is let finish, nothing new begins."""

    exit_code = 130  # 128 + SIGINT, as shells have it
