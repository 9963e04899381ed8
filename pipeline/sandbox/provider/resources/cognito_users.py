"""Users of a user pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.resources.cognito_schema import CUSTOM_PREFIX, STANDARD_NAMES, own_name
from pipeline.sandbox.provider.resources.identifiers import two_parts
from pipeline.sandbox.provider.resources.shapes import aws_tags, chosen, given, tag_map, timestamp
from pipeline.sandbox.provider.values import UNKNOWN, Object, is_wholly_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData

_OPTIONS = {
    "client_metadata": "ClientMetadata",
    "desired_delivery_mediums": "DesiredDeliveryMediums",
    "force_alias_creation": "ForceAliasCreation",
    "message_action": "MessageAction",
    "temporary_password": "TemporaryPassword",
}
_ANSWERS = {
    "enabled": "Enabled",
    "mfa_setting_list": "UserMFASettingList",
    "preferred_mfa_setting": "PreferredMfaSetting",
    "status": "UserStatus",
}
_ATTRIBUTES = "attributes"
_SUBJECT = "sub"


class User(Resource):
    """A user; its id is the pool's and its name."""

    type_name = "aws_cognito_user"

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Keep the attribute that AWS gives to every user."""
        old, new = draft.old(_ATTRIBUTES), draft.new(_ATTRIBUTES)
        if draft.is_create or new is UNKNOWN or not is_wholly_known(new) or _SUBJECT not in old:
            return
        wanted = {_SUBJECT: old[_SUBJECT]} | new
        if wanted == old:
            draft.keep(_ATTRIBUTES)
        else:
            draft.decide(_ATTRIBUTES, wanted)

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the user, then disable it or set its password, where that is wanted."""
        client = cloud.client("cognito-idp")
        key = {"UserPoolId": data["user_pool_id"], "Username": data["username"]}
        lists = {"UserAttributes": _pairs(data[_ATTRIBUTES]), "ValidationData": _pairs(data["validation_data"])}
        client.admin_create_user(
            **key, **given(data, _OPTIONS), **{name: value for name, value in lists.items() if value}
        )
        data.id = f"{data['user_pool_id']}/{data['username']}"
        if not data["enabled"]:
            client.admin_disable_user(**key)
        if data["password"]:
            client.admin_set_user_password(**key, Password=data["password"], Permanent=True)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the user; passwords cannot be read."""
        key = _key(data)
        user = cloud.client("cognito-idp").admin_get_user(**key)
        attributes = tag_map(user["UserAttributes"], key="Name")
        data.update(chosen(user, _ANSWERS))
        data[_ATTRIBUTES] = {own_name(name): text for name, text in attributes.items()}
        data["creation_date"] = timestamp(user["UserCreateDate"])
        data["last_modified_date"] = timestamp(user["UserLastModifiedDate"])
        data[_SUBJECT] = attributes.get(_SUBJECT)
        data.update({"user_pool_id": key["UserPoolId"], "username": key["Username"]})

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change attributes, whether the user may sign in, and the password."""
        client = cloud.client("cognito-idp")
        if data.changed(_ATTRIBUTES):
            _change_attributes(client, data)
        if data.changed("enabled"):
            switch = client.admin_enable_user if data["enabled"] else client.admin_disable_user
            switch(**_key(data))
        for name, is_permanent in {"temporary_password": False, "password": True}.items():
            if data.changed(name) and data[name]:
                client.admin_set_user_password(**_key(data), Password=data[name], Permanent=is_permanent)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the user."""
        cloud.client("cognito-idp").admin_delete_user(**_key(data))


def _key(data: ResourceData) -> Object:
    pool, name = two_parts(data.id, "/", "USER-POOL-ID/USERNAME")
    return {"UserPoolId": pool, "Username": name}


def _pairs(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    return aws_tags({_aws_name(name): text for name, text in attributes.items()}, key="Name")


def _aws_name(name: str) -> str:
    return name if name in STANDARD_NAMES or name.startswith(CUSTOM_PREFIX) else CUSTOM_PREFIX + name


def _change_attributes(client: Any, data: ResourceData) -> None:
    old, new = data.old(_ATTRIBUTES), data[_ATTRIBUTES]
    changed = {name: text for name, text in new.items() if old.get(name) != text}
    removed = [_aws_name(name) for name in old if name not in new]
    if changed:
        metadata = given(data, {"client_metadata": "ClientMetadata"})
        client.admin_update_user_attributes(**_key(data), UserAttributes=_pairs(changed), **metadata)
    if removed:
        client.admin_delete_user_attributes(**_key(data), UserAttributeNames=removed)
