"""How EventBridge calls others: connections hold the credentials, API destinations are what is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.resources.nesting import Members, Nested, from_aws, to_aws
from pipeline.sandbox.provider.resources.shapes import chosen, given

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object, Value

_PARAMETER = {"is_value_secret": "IsValueSecret", "key": "Key", "value": "Value"}
_HTTP_PARAMETERS = {
    "body": Nested(name="BodyParameters", members=_PARAMETER, repeated=True),
    "header": Nested(name="HeaderParameters", members=_PARAMETER, repeated=True),
    "query_string": Nested(name="QueryStringParameters", members=_PARAMETER, repeated=True),
}
_AUTH_PARAMETERS = Nested(
    name="AuthParameters",
    members={
        "api_key": Nested(name="ApiKeyAuthParameters", members={"key": "ApiKeyName", "value": "ApiKeyValue"}),
        "basic": Nested(name="BasicAuthParameters", members={"username": "Username", "password": "Password"}),
        "invocation_http_parameters": Nested(name="InvocationHttpParameters", members=_HTTP_PARAMETERS),
        "oauth": Nested(
            name="OAuthParameters",
            members={
                "authorization_endpoint": "AuthorizationEndpoint",
                "client_parameters": Nested(
                    name="ClientParameters", members={"client_id": "ClientID", "client_secret": "ClientSecret"}
                ),
                "http_method": "HttpMethod",
                "oauth_http_parameters": Nested(name="OAuthHttpParameters", members=_HTTP_PARAMETERS),
            },
        ),
    },
)
_CONNECTION: Members = {
    "auth_parameters": _AUTH_PARAMETERS,
    "authorization_type": "AuthorizationType",
    "description": "Description",
    "name": "Name",
}
_DESTINATION = {
    "connection_arn": "ConnectionArn",
    "description": "Description",
    "http_method": "HttpMethod",
    "invocation_endpoint": "InvocationEndpoint",
    "invocation_rate_limit_per_second": "InvocationRateLimitPerSecond",
    "name": "Name",
}


class EventConnection(Resource):
    """A connection; its id is its name."""

    type_name = "aws_cloudwatch_event_connection"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the connection; AWS puts the credentials into a secret of its own."""
        cloud.client("events").create_connection(**_connection_body(data))
        data.id = data["name"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the connection; of its secrets AWS tells nothing, so those in the state stay."""
        answer = cloud.client("events").describe_connection(Name=data.id)
        values = from_aws({**_CONNECTION, "arn": "ConnectionArn", "secret_arn": "SecretArn"}, answer)
        data.update(values | {"auth_parameters": _with_secrets(values["auth_parameters"], data["auth_parameters"])})

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change the connection."""
        cloud.client("events").update_connection(**_connection_body(data))

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the connection."""
        cloud.client("events").delete_connection(Name=data.id)


class EventApiDestination(Resource):
    """An HTTP endpoint that events are sent to; its id is its name."""

    type_name = "aws_cloudwatch_event_api_destination"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the destination."""
        cloud.client("events").create_api_destination(**given(data, _DESTINATION))
        data.id = data["name"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the destination."""
        answer = cloud.client("events").describe_api_destination(Name=data.id)
        data.update(chosen(answer, _DESTINATION | {"arn": "ApiDestinationArn"}))

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change the destination."""
        cloud.client("events").update_api_destination(**given(data, _DESTINATION))

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the destination."""
        cloud.client("events").delete_api_destination(Name=data.id)


def _connection_body(data: ResourceData) -> Object:
    return to_aws(_CONNECTION, {name: data[name] for name in _CONNECTION})


def _with_secrets(answered: Value, stored: Value) -> Value:
    """Return the answered blocks with the stored texts where AWS told none."""
    if isinstance(answered, list):
        known = stored or []
        return [_with_secrets(item, known[index] if index < len(known) else {}) for index, item in enumerate(answered)]
    if isinstance(answered, dict):
        return {name: _with_secrets(value, (stored or {}).get(name)) for name, value in answered.items()}
    return stored if answered is None else answered
