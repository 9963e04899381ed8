"""Right answers: moto's UpdateRole takes a description or session length that is not given for an empty one.

https://github.com/getmoto/moto/blob/5.2.5/moto/iam/responses.py (IamResponse.update_role)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.iam.responses import IamResponse

from pipeline.sandbox.mends.patching import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.iam.models import IAMBackend


def apply() -> None:
    """Let UpdateRole keep what the request does not name, as AWS does."""
    replace(IamResponse, "update_role", _keeping_the_rest)


def _keeping_the_rest(update_role: Callable[[IamResponse], Any]) -> Callable[[IamResponse], Any]:
    def update(self: IamResponse) -> Any:
        backend: IAMBackend = self.backend
        name = self._get_param("RoleName")
        role = backend.get_role(name)
        before = role.description, role.max_session_duration
        answer = update_role(self)
        role.description = self._get_param("Description", before[0])
        role.max_session_duration = self._get_param("MaxSessionDuration", before[1])
        return answer

    return update
