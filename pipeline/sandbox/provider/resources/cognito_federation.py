"""Users from elsewhere: identity providers of user pools, and identity pools, which give users AWS credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.resource import Resource, TaggedResource
from pipeline.sandbox.provider.resources.blocks import Block, blocks, to_aws
from pipeline.sandbox.provider.resources.identifiers import two_parts
from pipeline.sandbox.provider.resources.shapes import chosen, given

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_PROVIDER = {
    "attribute_mapping": "AttributeMapping",
    "idp_identifiers": "IdpIdentifiers",
    "provider_details": "ProviderDetails",
}
_POOL = {
    "allow_classic_flow": "AllowClassicFlow",
    "allow_unauthenticated_identities": "AllowUnauthenticatedIdentities",
    "identity_pool_name": "IdentityPoolName",
    "openid_connect_provider_arns": "OpenIdConnectProviderARNs",
    "saml_provider_arns": "SamlProviderARNs",
    "supported_login_providers": "SupportedLoginProviders",
}
_DEVELOPER = {"developer_provider_name": "DeveloperProviderName"}
_USER_POOLS = Block(
    aws="CognitoIdentityProviders",
    names={
        "client_id": "ClientId",
        "provider_name": "ProviderName",
        "server_side_token_check": "ServerSideTokenCheck",
    },
    many=True,
)


class IdentityProvider(Resource):
    """An identity provider of a user pool; its id is the pool's and its name."""

    type_name = "aws_cognito_identity_provider"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the provider."""
        cloud.client("cognito-idp").create_identity_provider(
            UserPoolId=data["user_pool_id"],
            ProviderName=data["provider_name"],
            ProviderType=data["provider_type"],
            **given(data, _PROVIDER),
        )
        data.id = f"{data['user_pool_id']}:{data['provider_name']}"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the provider."""
        key = _key(data)
        found = cloud.client("cognito-idp").describe_identity_provider(**key)["IdentityProvider"]
        data.update(chosen(found, _PROVIDER | {"provider_name": "ProviderName", "provider_type": "ProviderType"}))
        data["user_pool_id"] = key["UserPoolId"]

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Set what has changed."""
        changes = {aws: data[name] for name, aws in _PROVIDER.items() if data.changed(name)}
        cloud.client("cognito-idp").update_identity_provider(**_key(data), **changes)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the provider."""
        cloud.client("cognito-idp").delete_identity_provider(**_key(data))


class IdentityPool(TaggedResource):
    """An identity pool."""

    type_name = "aws_cognito_identity_pool"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the pool."""
        options = given(data, _DEVELOPER | {"tags_all": "IdentityPoolTags"})
        made = cloud.client("cognito-identity").create_identity_pool(**_body(data), **options)
        data.id = made["IdentityPoolId"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the pool."""
        pool = cloud.client("cognito-identity").describe_identity_pool(IdentityPoolId=data.id)
        data.update(chosen(pool, _POOL | _DEVELOPER))
        data["arn"] = cloud.arn("cognito-identity", f"identitypool/{data.id}")
        data["cognito_identity_providers"] = blocks(_USER_POOLS, pool)
        data.tags = pool.get("IdentityPoolTags", {})

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Set everything anew."""
        cloud.client("cognito-identity").update_identity_pool(IdentityPoolId=data.id, **_body(data))

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the pool."""
        cloud.client("cognito-identity").delete_identity_pool(IdentityPoolId=data.id)

    def tag(self, data: ResourceData, cloud: Cloud, added: Mapping[str, str], removed: Collection[str]) -> None:
        """Change the tags."""
        client = cloud.client("cognito-identity")
        if removed:
            client.untag_resource(ResourceArn=data["arn"], TagKeys=list(removed))
        if added:
            client.tag_resource(ResourceArn=data["arn"], Tags=dict(added))


def _key(data: ResourceData) -> Object:
    pool, name = two_parts(data.id, ":", "USER-POOL-ID:PROVIDER-NAME")
    return {"UserPoolId": pool, "ProviderName": name}


def _body(data: ResourceData) -> Object:
    user_pools = [to_aws(_USER_POOLS.names, item) for item in data["cognito_identity_providers"]]
    return {aws: data[name] for name, aws in _POOL.items()} | {_USER_POOLS.aws: user_pools}
