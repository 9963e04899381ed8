"""Identity: the tenant's users, and the client by which its application signs them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_stack import policies
from tenant_stack.cdk import (
    CognitoUserPool,
    CognitoUserPoolAccountRecoverySetting,
    CognitoUserPoolAccountRecoverySettingRecoveryMechanism,
    CognitoUserPoolAdminCreateUserConfig,
    CognitoUserPoolClient,
    CognitoUserPoolClientTokenValidityUnits,
    CognitoUserPoolPasswordPolicy,
    CognitoUserPoolUsernameConfiguration,
    Construct,
)
from tenant_stack.variables import Variable, whole_number

if TYPE_CHECKING:
    from tenant_stack.variables import Variables


PASSWORD_MINIMUM_LENGTH: Final = Variable(
    name="password_minimum_length",
    type="number",
    description="The fewest characters that a user's password may have.",
    default=12,
    rules=whole_number("password_minimum_length", least=8, most=99),
)

ACCESS_TOKEN_MINUTES: Final = Variable(
    name="access_token_minutes",
    type="number",
    description="How long an access or id token is valid.",
    default=60,
    rules=whole_number("access_token_minutes", least=5, most=1440),
)

REFRESH_TOKEN_DAYS: Final = Variable(
    name="refresh_token_days",
    type="number",
    description="How long a user stays signed in without typing the password again.",
    default=30,
    rules=whole_number("refresh_token_days", least=1, most=3650),
)


class Identity(Construct):
    """The user pool, with e-mail addresses as user names and by invitation only, and its client."""

    def __init__(self, scope: Construct, id_: str, *, variables: Variables) -> None:
        super().__init__(scope, id_)
        pool = _user_pool(self, variables)
        client = _client(self, pool, variables)
        self.statements = [policies.manage_users(pool.arn)]
        self.entries = {"user-pool-id": pool.id, "user-pool-client-id": client.id}
        self.secrets = {"user-pool-client-secret": client.client_secret}


def _user_pool(scope: Construct, variables: Variables) -> CognitoUserPool:
    pool = CognitoUserPool(
        scope,
        "user_pool",
        name=f"{variables.prefix}-users",
        username_attributes=["email"],
        auto_verified_attributes=["email"],
        username_configuration=CognitoUserPoolUsernameConfiguration(case_sensitive=False),
        password_policy=CognitoUserPoolPasswordPolicy(
            minimum_length=PASSWORD_MINIMUM_LENGTH.declare(scope).number_value,
            require_lowercase=True,
            require_uppercase=True,
            require_numbers=True,
            require_symbols=False,
            temporary_password_validity_days=7,
        ),
        admin_create_user_config=CognitoUserPoolAdminCreateUserConfig(allow_admin_create_user_only=True),
        account_recovery_setting=CognitoUserPoolAccountRecoverySetting(
            recovery_mechanism=[
                CognitoUserPoolAccountRecoverySettingRecoveryMechanism(name="verified_email", priority=1)
            ]
        ),
        deletion_protection='${var.deletion_protection ? "ACTIVE" : "INACTIVE"}',
    )
    pool.override_logical_id("users")
    return pool


def _client(scope: Construct, pool: CognitoUserPool, variables: Variables) -> CognitoUserPoolClient:
    access_token_minutes = ACCESS_TOKEN_MINUTES.declare(scope).number_value
    client = CognitoUserPoolClient(
        scope,
        "client",
        name=f"{variables.prefix}-application",
        user_pool_id=pool.id,
        generate_secret=True,
        explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        prevent_user_existence_errors="ENABLED",
        enable_token_revocation=True,
        access_token_validity=access_token_minutes,
        id_token_validity=access_token_minutes,
        refresh_token_validity=REFRESH_TOKEN_DAYS.declare(scope).number_value,
        token_validity_units=[
            CognitoUserPoolClientTokenValidityUnits(access_token="minutes", id_token="minutes", refresh_token="days")  # noqa: S106 - units of time
        ],
    )
    client.override_logical_id("application")
    return client
