"""User pools of Cognito."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.resource import TaggedResource
from pipeline.sandbox.provider.resources import cognito_blocks, cognito_schema
from pipeline.sandbox.provider.resources.blocks import blocks, structure
from pipeline.sandbox.provider.resources.shapes import chosen, given, timestamp
from pipeline.sandbox.provider.schema import Behaviour

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_FIXED = {"alias_attributes": "AliasAttributes", "name": "PoolName", "username_attributes": "UsernameAttributes"}
_CHANGEABLE = {
    "auto_verified_attributes": "AutoVerifiedAttributes",
    "deletion_protection": "DeletionProtection",
    "email_verification_message": "EmailVerificationMessage",
    "email_verification_subject": "EmailVerificationSubject",
    "sms_authentication_message": "SmsAuthenticationMessage",
    "sms_verification_message": "SmsVerificationMessage",
}
_READ = _CHANGEABLE | {
    "arn": "Arn",
    "custom_domain": "CustomDomain",
    "domain": "Domain",
    "estimated_number_of_users": "EstimatedNumberOfUsers",
    "name": "Name",
    "username_attributes": "UsernameAttributes",
}
_MFA = ("mfa_configuration", "software_token_mfa_configuration")
_SMS = ("sms_authentication_message", "sms_configuration")
_MFA_OFF = "OFF"


class UserPool(TaggedResource):
    """A user pool with its password policy, its own attributes, its messages and its triggers."""

    type_name = "aws_cognito_user_pool"
    behaviours = {
        "account_recovery_setting": Behaviour(keep_missing_block=True),
        "email_configuration": Behaviour(keep_missing_block=True),
    }

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the pool, then set its second factors."""
        client = cloud.client("cognito-idp")
        body = _settings(data) | structure(cognito_blocks.USERNAMES, data["username_configuration"])
        made = client.create_user_pool(**given(data, _FIXED), **body, **_schema(data["schema"], "Schema"))
        data.id = made["UserPool"]["Id"]
        if data["mfa_configuration"] != _MFA_OFF:
            _set_second_factors(client, data)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the pool and its second factors."""
        client = cloud.client("cognito-idp")
        pool = client.describe_user_pool(UserPoolId=data.id)["UserPool"]
        data.update(chosen(pool, _READ))
        if "AliasAttributes" in pool:
            data["alias_attributes"] = pool["AliasAttributes"]
        data["creation_date"] = timestamp(pool["CreationDate"])
        data["last_modified_date"] = timestamp(pool["LastModifiedDate"])
        data["endpoint"] = f"cognito-idp.{cloud.region}.{cloud.dns_suffix}/{data.id}"
        data.update({name: blocks(block, pool) for name, block in cognito_blocks.SETTINGS.items()})
        data["username_configuration"] = blocks(cognito_blocks.USERNAMES, pool)
        data["password_policy"] = blocks(cognito_blocks.PASSWORD_POLICY, pool["Policies"])
        data["schema"] = cognito_schema.own_attributes(data["schema"], pool["SchemaAttributes"])
        data.tags = pool.get("UserPoolTags", {})
        factors = client.get_user_pool_mfa_config(UserPoolId=data.id)
        data["mfa_configuration"] = factors["MfaConfiguration"]
        data["software_token_mfa_configuration"] = blocks(cognito_blocks.SOFTWARE_TOKEN, factors)

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Set the second factors, then all else (AWS resets what it is not told), then add attributes."""
        client = cloud.client("cognito-idp")
        if data.changed(*_MFA, *_SMS):
            _set_second_factors(client, data)
        if data.changed(*_CHANGEABLE, *cognito_blocks.SETTINGS, "password_policy"):
            _follow_renamed(data)
            body = given(data, {"mfa_configuration": "MfaConfiguration"}) | _settings(data)
            client.update_user_pool(UserPoolId=data.id, **_emptied(data), **body)
        if data.changed("schema"):
            _add_attributes(client, data)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the pool; AWS refuses a protected one."""
        cloud.client("cognito-idp").delete_user_pool(UserPoolId=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("cognito-idp")
        if removed:
            client.untag_resource(ResourceArn=data["arn"], TagKeys=list(removed))
        if added:
            client.tag_resource(ResourceArn=data["arn"], Tags=dict(added))


def _settings(data: ResourceData) -> Object:
    """Return everything that a create and an update both take."""
    body = given(data, _CHANGEABLE)
    for name, block in cognito_blocks.SETTINGS.items():
        body |= structure(block, data[name])
    policy = structure(cognito_blocks.PASSWORD_POLICY, data["password_policy"])
    return body | ({"Policies": policy} if policy else {}) | {"UserPoolTags": data["tags_all"]}


def _schema(attributes: list[Object], name: str) -> Object:
    return {name: [cognito_schema.request(attribute) for attribute in attributes]} if attributes else {}


def _set_second_factors(client: Any, data: ResourceData) -> None:
    """Set how users prove who they are; AWS refuses messages together with no second factor at all."""
    body = structure(cognito_blocks.SOFTWARE_TOKEN, data["software_token_mfa_configuration"])
    sms = structure(cognito_blocks.SMS, data["sms_configuration"])
    if sms and data["mfa_configuration"] != _MFA_OFF:
        body["SmsMfaConfiguration"] = sms | given(data, {"sms_authentication_message": "SmsAuthenticationMessage"})
    client.set_user_pool_mfa_config(UserPoolId=data.id, MfaConfiguration=data["mfa_configuration"], **body)


def _follow_renamed(data: ResourceData) -> None:
    """Bring what AWS knows under two names to the one that was changed."""
    messages = data.first("verification_message_template")
    for name, inner in cognito_blocks.MESSAGES.items():
        if messages and data.changed(name):
            messages[inner] = data[name]
            data["verification_message_template"] = [messages]
    triggers, old = data.first("lambda_config"), (data.old("lambda_config") or [{}])[0]
    if triggers:
        data["lambda_config"] = [cognito_blocks.with_same_token_trigger(triggers, old)]


def _emptied(data: ResourceData) -> Object:
    """Return what has to be sent empty, because AWS leaves it as it is otherwise."""
    if data["user_attribute_update_settings"] or not data.changed("user_attribute_update_settings"):
        return {}
    return {"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []}}


def _add_attributes(client: Any, data: ResourceData) -> None:
    """Add attributes; AWS can neither change nor remove one. ProviderError."""
    old, new = data.old("schema"), data["schema"]
    if any(attribute not in new for attribute in old):
        raise ProviderError("cannot modify or remove schema items")
    added = [attribute for attribute in new if attribute not in old]
    client.add_custom_attributes(UserPoolId=data.id, **_schema(added, "CustomAttributes"))
