"""Clients of user pools: the applications that sign users in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.sandbox.provider.errors import Problem
from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.resources.blocks import Block, blocks, structure
from pipeline.sandbox.provider.resources.identifiers import two_parts
from pipeline.sandbox.provider.values import UNKNOWN, Object, Value, is_wholly_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData

_ANALYTICS: Final = "analytics_configuration"
_UNITS: Final = "token_validity_units"
_DEFAULT_UNITS: Final = {"access_token": "hours", "id_token": "hours", "refresh_token": "days"}
_BLOCKS: Final = {
    _ANALYTICS: Block(
        aws="AnalyticsConfiguration",
        names={
            "application_arn": "ApplicationArn",
            "application_id": "ApplicationId",
            "external_id": "ExternalId",
            "role_arn": "RoleArn",
            "user_data_shared": "UserDataShared",
        },
    ),
    _UNITS: Block(
        aws="TokenValidityUnits",
        names={"access_token": "AccessToken", "id_token": "IdToken", "refresh_token": "RefreshToken"},
    ),
}
_ARGUMENTS: Final = {
    "access_token_validity": "AccessTokenValidity",
    "allowed_oauth_flows": "AllowedOAuthFlows",
    "allowed_oauth_flows_user_pool_client": "AllowedOAuthFlowsUserPoolClient",
    "allowed_oauth_scopes": "AllowedOAuthScopes",
    "auth_session_validity": "AuthSessionValidity",
    "callback_urls": "CallbackURLs",
    "default_redirect_uri": "DefaultRedirectURI",
    "enable_propagate_additional_user_context_data": "EnablePropagateAdditionalUserContextData",
    "enable_token_revocation": "EnableTokenRevocation",
    "explicit_auth_flows": "ExplicitAuthFlows",
    "id_token_validity": "IdTokenValidity",
    "logout_urls": "LogoutURLs",
    "name": "ClientName",
    "prevent_user_existence_errors": "PreventUserExistenceErrors",
    "read_attributes": "ReadAttributes",
    "refresh_token_validity": "RefreshTokenValidity",
    "supported_identity_providers": "SupportedIdentityProviders",
    "write_attributes": "WriteAttributes",
}
_UNIT_SPANS: Final = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
}
_SPANS: Final[Mapping[str, tuple[str, timedelta, timedelta]]] = {
    "access_token_validity": ("access_token", timedelta(minutes=5), timedelta(days=1)),
    "id_token_validity": ("id_token", timedelta(minutes=5), timedelta(days=1)),
    "refresh_token_validity": ("refresh_token", timedelta(hours=1), timedelta(days=3650)),
}
"""How long each token may be valid, and where its unit stands."""


class UserPoolClient(Resource):
    """A client of a user pool; the real type is written on the plugin framework, which tells null from empty."""

    type_name = "aws_cognito_user_pool_client"

    def validate(self, config: Object) -> list[Problem]:
        """Check how long tokens are valid, and how the analytics application is named."""
        return [*_wrong_spans(config), *_wrong_analytics(config)]

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Plan the units of time that are left out, and what AWS finds out about the analytics application."""
        units = draft.config.get(_UNITS)
        if units and units is not UNKNOWN:
            draft.decide(_UNITS, [item if item is UNKNOWN else _with_defaults(item) for item in units])
        analytics = draft.config.get(_ANALYTICS)
        if draft.changed and analytics and is_wholly_known(analytics):
            draft.decide(_ANALYTICS, [_with_answers_open(item) for item in analytics])

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the client."""
        told = {name for name, value in data.config.items() if value is not None}
        body = _body(data, told)
        if data["generate_secret"]:
            body["GenerateSecret"] = True
        made = cloud.client("cognito-idp").create_user_pool_client(UserPoolId=data["user_pool_id"], **body)
        data.id = made["UserPoolClient"]["ClientId"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the client; units of time that nobody named and that are the usual ones are not told."""
        answer = cloud.client("cognito-idp").describe_user_pool_client(
            UserPoolId=data["user_pool_id"], ClientId=data.id
        )
        found = answer["UserPoolClient"]
        for name, aws in _ARGUMENTS.items():
            value = found.get(aws)
            data[name] = data.schema.fields[name].zero() if value is None else value
        data["client_secret"] = found.get("ClientSecret", "")
        units = blocks(_BLOCKS[_UNITS], found)
        data[_UNITS] = [] if units == [_DEFAULT_UNITS] and not data[_UNITS] else units
        data[_ANALYTICS] = blocks(_BLOCKS[_ANALYTICS], found)

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Change the client; AWS resets what it is not told."""
        body = _body(data, _ARGUMENTS.keys() | _BLOCKS.keys())
        if data.old(_UNITS) and not data[_UNITS]:
            body |= structure(_BLOCKS[_UNITS], [_DEFAULT_UNITS])
        cloud.client("cognito-idp").update_user_pool_client(UserPoolId=data["user_pool_id"], ClientId=data.id, **body)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the client."""
        cloud.client("cognito-idp").delete_user_pool_client(UserPoolId=data["user_pool_id"], ClientId=data.id)

    def adopt(self, data: ResourceData, cloud: Cloud) -> None:
        """Split the id of an import: the pool's and the client's."""
        pool, data.id = two_parts(data.id, "/", "USER-POOL-ID/CLIENT-ID")
        data["user_pool_id"] = pool


def _body(data: ResourceData, told: Iterable[str]) -> Object:
    """Return what to tell AWS; "" and 0 mean nothing to the real provider, false and an empty set do."""
    values = {_ARGUMENTS[name]: data[name] for name in told if name in _ARGUMENTS}
    body: Object = {aws: value for aws, value in values.items() if value is False or value == [] or value}
    for name, block in _BLOCKS.items():
        body |= structure(block, data[name])
    return body


def _with_defaults(units: Object) -> Object:
    return {name: default if units[name] is None else units[name] for name, default in _DEFAULT_UNITS.items()}


def _with_answers_open(analytics: Object) -> Object:
    answers = ("role_arn", "user_data_shared")
    return {name: UNKNOWN if value is None and name in answers else value for name, value in analytics.items()}


def _wrong_spans(config: Object) -> Iterator[Problem]:
    """Check the tokens' spans; where there are units at all, the real provider takes one left out for no time."""
    units: Object = (_known_list(config[_UNITS]) or [_DEFAULT_UNITS])[0]
    for name, (unit, low, high) in _SPANS.items():
        if not is_wholly_known(units) or config[name] is None or config[name] is UNKNOWN:
            continue
        span = config[name] * _UNIT_SPANS.get(units[unit], timedelta())
        if not low <= span <= high:
            detail = f"must have a duration between {low} and {high}, got: {span}"
            yield Problem(summary="Invalid Attribute Value", detail=f"Attribute {name} {detail}", path=(name,))


def _wrong_analytics(config: Object) -> Iterator[Problem]:
    for index, item in enumerate(_known_list(config[_ANALYTICS])):
        given = {name for name, value in item.items() if value is not None}
        if not ({"application_arn"} <= given) ^ ({"application_id"} <= given):
            text = "exactly one of application_arn and application_id must be specified"
        elif "application_arn" in given and given & {"external_id", "role_arn"}:
            text = "application_arn cannot be specified with external_id or role_arn"
        elif "application_id" in given and not {"external_id", "role_arn"} <= given:
            text = "application_id must be specified with external_id and role_arn"
        else:
            continue
        path = (_ANALYTICS, index)
        yield Problem(summary="Invalid Attribute Combination", detail=text, path=path)


def _known_list(value: Value) -> list[Object]:
    return [] if not value or value is UNKNOWN else [item for item in value if item is not UNKNOWN]
