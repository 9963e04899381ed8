"""Groups of a user pool's users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.resources.identifiers import two_parts
from pipeline.sandbox.provider.resources.shapes import chosen, given

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_ARGUMENTS = {"description": "Description", "precedence": "Precedence", "role_arn": "RoleArn"}


class UserGroup(Resource):
    """A group; its id is the pool's and its name."""

    type_name = "aws_cognito_user_group"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the group."""
        cloud.client("cognito-idp").create_group(**_key(data), **given(data, _ARGUMENTS))
        data.id = f"{data['user_pool_id']}/{data['name']}"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the group."""
        group = cloud.client("cognito-idp").get_group(**_key(data))["Group"]
        data.update(chosen(group, _ARGUMENTS))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Set what has changed, what is empty now too."""
        changes = {aws: data[name] for name, aws in _ARGUMENTS.items() if data.changed(name)}
        cloud.client("cognito-idp").update_group(**_key(data), **changes)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the group; its users stay."""
        cloud.client("cognito-idp").delete_group(**_key(data))

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Split the id of an import: the pool's and the group's name."""
        pool, name = two_parts(data.id, "/", "USER-POOL-ID/GROUP-NAME")
        data.update({"user_pool_id": pool, "name": name})


def _key(data: ResourceData) -> Object:
    return {"UserPoolId": data["user_pool_id"], "GroupName": data["name"]}
