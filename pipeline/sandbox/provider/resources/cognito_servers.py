"""What a user pool signs users in for: resource servers with their scopes, and the domain of its sign-in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.resources.blocks import Block, blocks, to_aws
from pipeline.sandbox.provider.resources.identifiers import two_parts
from pipeline.sandbox.provider.resources.shapes import chosen

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_SCOPES = Block(aws="Scopes", names={"scope_description": "ScopeDescription", "scope_name": "ScopeName"}, many=True)
_CLOUDFRONT_ZONES = {"aws": "Z2FDTNDATAQYW2", "aws-cn": "Z3RFFRIM2A3IF5"}
"""The hosted zones that every CloudFront distribution of a partition is in."""


class ResourceServer(Resource):
    """A resource server; its id is the pool's and its identifier."""

    type_name = "aws_cognito_resource_server"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the server."""
        key = {"UserPoolId": data["user_pool_id"], "Identifier": data["identifier"]}
        cloud.client("cognito-idp").create_resource_server(**key, Name=data["name"], Scopes=_scopes(data))
        data.id = f"{data['user_pool_id']}|{data['identifier']}"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the server and its scopes."""
        server = cloud.client("cognito-idp").describe_resource_server(**_server(data))["ResourceServer"]
        data.update(chosen(server, {"identifier": "Identifier", "name": "Name", "user_pool_id": "UserPoolId"}))
        data["scope"] = blocks(_SCOPES, server)
        data["scope_identifiers"] = [f"{server['Identifier']}/{scope['scope_name']}" for scope in data["scope"]]

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Set all scopes anew."""
        cloud.client("cognito-idp").update_resource_server(**_server(data), Name=data["name"], Scopes=_scopes(data))

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the server."""
        cloud.client("cognito-idp").delete_resource_server(**_server(data))


class UserPoolDomain(Resource):
    """The domain of a pool's sign-in pages; its id is the domain."""

    type_name = "aws_cognito_user_pool_domain"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the domain: of one's own with a certificate, of Amazon's without."""
        cloud.client("cognito-idp").create_user_pool_domain(
            Domain=data["domain"], UserPoolId=data["user_pool_id"], **_certificate(data)
        )
        data.id = data["domain"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the domain; AWS describes one that does not exist as nothing."""
        found = cloud.client("cognito-idp").describe_user_pool_domain(Domain=data.id)["DomainDescription"]
        if not found.get("Status"):
            data.id = ""
            return
        names = {"aws_account_id": "AWSAccountId", "s3_bucket": "S3Bucket", "version": "Version"}
        data.update(chosen(found, {**names, "user_pool_id": "UserPoolId"}))
        data["certificate_arn"] = found.get("CustomDomainConfig", {}).get("CertificateArn")
        data["cloudfront_distribution"] = data["cloudfront_distribution_arn"] = found.get("CloudFrontDistribution")
        data["cloudfront_distribution_zone_id"] = _CLOUDFRONT_ZONES.get(cloud.partition)
        data["domain"] = data.id

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change the certificate."""
        cloud.client("cognito-idp").update_user_pool_domain(
            Domain=data.id, UserPoolId=data["user_pool_id"], **_certificate(data)
        )

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the domain."""
        cloud.client("cognito-idp").delete_user_pool_domain(Domain=data.id, UserPoolId=data["user_pool_id"])


def _server(data: ResourceData) -> Object:
    pool, identifier = two_parts(data.id, "|", "USER-POOL-ID|IDENTIFIER")
    return {"UserPoolId": pool, "Identifier": identifier}


def _scopes(data: ResourceData) -> list[Object]:
    return [to_aws(_SCOPES.names, scope) for scope in data["scope"]]


def _certificate(data: ResourceData) -> Object:
    arn = data["certificate_arn"]
    return {"CustomDomainConfig": {"CertificateArn": arn}} if arn else {}
