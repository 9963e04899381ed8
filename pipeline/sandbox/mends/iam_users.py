"""Gap: moto knows no permissions boundary of a user, and a user that is renamed or moved loses its tags.

https://github.com/getmoto/moto/blob/5.2.5/moto/iam/responses.py (IamResponse.create_user)
https://github.com/getmoto/moto/blob/5.2.5/moto/iam/models.py (IAMBackend.update_user)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse

from pipeline.sandbox.mends.patching import add, replace

if TYPE_CHECKING:
    from collections.abc import Callable


def apply() -> None:
    """Let a user have a boundary, and keep its tags."""
    replace(IamResponse, "create_user", _with_boundary)
    add(IamResponse, "put_user_permissions_boundary", _put)
    add(IamResponse, "delete_user_permissions_boundary", _delete)
    replace(IAMBackend, "update_user", _with_its_tags)


def _with_boundary(create_user: Callable[[IamResponse], ActionResult]) -> Callable[[IamResponse], ActionResult]:
    def create(self: IamResponse) -> ActionResult:
        answer = create_user(self)
        _put(self)
        return answer

    return create


def _put(self: IamResponse) -> ActionResult:
    _set_boundary(self, self._get_param("PermissionsBoundary"))
    return EmptyResult()


def _delete(self: IamResponse) -> ActionResult:
    _set_boundary(self, None)
    return EmptyResult()


def _set_boundary(self: IamResponse, arn: str | None) -> None:
    user: Any = self.backend.get_user(self._get_param("UserName"))
    told = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}
    user.permissions_boundary = told if arn else None


def _with_its_tags(update_user: Callable[..., None]) -> Callable[..., None]:
    def update(self: IAMBackend, user_name: str, *arguments: Any, **named: Any) -> None:
        user = self.get_user(user_name)
        before = user.arn
        update_user(self, user_name, *arguments, **named)
        if user.arn != before:
            self.tagger.tag_resource(user.arn, self.tagger.list_tags_for_resource(before)["Tags"])
            self.tagger.delete_all_tags_for_resource(before)

    return update
