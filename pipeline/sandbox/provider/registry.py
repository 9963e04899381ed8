"""Every type that the stand-in implements: a type that is not named here is refused by name."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pipeline.sandbox.provider.errors import REAL_PROVIDER
from pipeline.sandbox.provider.resources import (
    cloudwatch,
    cloudwatch_dashboard,
    cognito,
    cognito_client,
    cognito_federation,
    cognito_groups,
    cognito_servers,
    cognito_users,
    dynamodb,
    dynamodb_item,
    events,
    events_connection,
    events_target,
    iam,
    iam_document,
    iam_policies,
    iam_trust,
    iam_users,
    kinesis,
    kms,
    kms_grants,
    logs,
    lookups,
    lookups_access,
    resource_groups,
    s3,
    s3_lifecycle,
    s3_objects,
    s3_protection,
    s3_reporting,
    s3_serving,
    secretsmanager,
    secretsmanager_version,
    sns,
    sns_policy,
    sns_subscription,
    sqs,
    sqs_attributes,
    ssm,
    stepfunctions,
    sts,
)
from pipeline.sandbox.provider.schema import TypeSchema, load_schemas, with_behaviours

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.sandbox.provider.data_source import DataSource
    from pipeline.sandbox.provider.resource import Resource

_RESOURCES: tuple[Resource, ...] = (
    cloudwatch.CompositeAlarm(),
    cloudwatch.MetricAlarm(),
    cloudwatch_dashboard.Dashboard(),
    cognito.UserPool(),
    cognito_client.UserPoolClient(),
    cognito_federation.IdentityPool(),
    cognito_federation.IdentityProvider(),
    cognito_groups.UserGroup(),
    cognito_servers.ResourceServer(),
    cognito_servers.UserPoolDomain(),
    cognito_users.User(),
    dynamodb.Table(),
    dynamodb_item.TableItem(),
    events.EventBus(),
    events.EventRule(),
    events_connection.EventApiDestination(),
    events_connection.EventConnection(),
    events_target.EventTarget(),
    iam.Role(),
    iam_policies.Policy(),
    iam_policies.RolePolicy(),
    iam_policies.RolePolicyAttachment(),
    iam_trust.InstanceProfile(),
    iam_trust.OpenIdConnectProvider(),
    iam_users.AccessKey(),
    iam_users.User(),
    iam_users.UserPolicy(),
    kinesis.Stream(),
    kms.Alias(),
    kms.Key(),
    kms.KeyPolicy(),
    kms_grants.Grant(),
    logs.LogGroup(),
    logs.MetricFilter(),
    resource_groups.Group(),
    s3.Bucket(),
    s3_lifecycle.BucketLifecycle(),
    s3_objects.BucketObject(),
    s3_protection.BucketEncryption(),
    s3_protection.BucketOwnershipControls(),
    s3_protection.BucketPolicy(),
    s3_protection.BucketPublicAccessBlock(),
    s3_protection.BucketVersioning(),
    s3_reporting.BucketLogging(),
    s3_reporting.BucketNotification(),
    s3_serving.BucketCors(),
    s3_serving.BucketWebsite(),
    secretsmanager.Secret(),
    secretsmanager_version.SecretVersion(),
    sns.Topic(),
    sns_policy.TopicPolicy(),
    sns_subscription.TopicSubscription(),
    sqs.Queue(),
    sqs_attributes.QueuePolicy(),
    sqs_attributes.QueueRedriveAllowPolicy(),
    sqs_attributes.QueueRedrivePolicy(),
    ssm.Parameter(),
    stepfunctions.StateMachine(),
)

_DATA_SOURCES: tuple[DataSource, ...] = (
    iam_document.PolicyDocument(),
    lookups.Bucket(),
    lookups.LogGroup(),
    lookups.Parameter(),
    lookups.Queue(),
    lookups.Secret(),
    lookups.SecretVersion(),
    lookups.Table(),
    lookups.Topic(),
    lookups_access.Alias(),
    lookups_access.Key(),
    lookups_access.Policy(),
    lookups_access.Role(),
    lookups_access.UserPools(),
    sts.CallerIdentity(),
    sts.CanonicalUserId(),
    sts.DefaultTags(),
    sts.Partition(),
    sts.Region(),
)

RESOURCES: Mapping[str, Resource] = {resource.type_name: resource for resource in _RESOURCES}
DATA_SOURCES: Mapping[str, DataSource] = {source.type_name: source for source in _DATA_SOURCES}


@cache
def resource_schemas() -> Mapping[str, TypeSchema]:
    """Return the schema of every resource type, with the behaviours of the implemented ones."""
    return {
        name: replace(schema, fields=with_behaviours(schema.fields, RESOURCES[name].behaviours))
        if name in RESOURCES
        else schema
        for name, schema in load_schemas().resources.items()
    }


def data_source_schemas() -> Mapping[str, TypeSchema]:
    """Return the schema of every data source."""
    return load_schemas().data_sources


def unsupported(kind: str, type_name: str, supported: Iterable[str]) -> str:
    """Return what to tell about a type that has a schema but no implementation."""
    return (
        f"{type_name} is not supported by the sandbox provider. Supported {kind}: {', '.join(sorted(supported))}. "
        f"Others need {REAL_PROVIDER}."
    )
