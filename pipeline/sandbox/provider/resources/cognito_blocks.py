"""The blocks of a user pool, and AWS's names for what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.sandbox.provider.resources.blocks import Block, Names

if TYPE_CHECKING:
    from pipeline.sandbox.provider.values import Object

_FUNCTION: Final[Names] = {"lambda_arn": "LambdaArn", "lambda_version": "LambdaVersion"}

USERNAMES: Final = Block(aws="UsernameConfiguration", names={"case_sensitive": "CaseSensitive"})
SOFTWARE_TOKEN: Final = Block(aws="SoftwareTokenMfaConfiguration", names={"enabled": "Enabled"})
SMS: Final = Block(
    aws="SmsConfiguration",
    names={"external_id": "ExternalId", "sns_caller_arn": "SnsCallerArn", "sns_region": "SnsRegion"},
)
PASSWORD_POLICY: Final = Block(
    aws="PasswordPolicy",
    names={
        "minimum_length": "MinimumLength",
        "require_lowercase": "RequireLowercase",
        "require_numbers": "RequireNumbers",
        "require_symbols": "RequireSymbols",
        "require_uppercase": "RequireUppercase",
        "temporary_password_validity_days": "TemporaryPasswordValidityDays",
    },
)
SETTINGS: Final = {
    "account_recovery_setting": Block(
        aws="AccountRecoverySetting",
        names={
            "recovery_mechanism": Block(
                aws="RecoveryMechanisms", names={"name": "Name", "priority": "Priority"}, many=True
            )
        },
    ),
    "admin_create_user_config": Block(
        aws="AdminCreateUserConfig",
        names={
            "allow_admin_create_user_only": "AllowAdminCreateUserOnly",
            "invite_message_template": Block(
                aws="InviteMessageTemplate",
                names={"email_message": "EmailMessage", "email_subject": "EmailSubject", "sms_message": "SMSMessage"},
            ),
        },
    ),
    "device_configuration": Block(
        aws="DeviceConfiguration",
        names={
            "challenge_required_on_new_device": "ChallengeRequiredOnNewDevice",
            "device_only_remembered_on_user_prompt": "DeviceOnlyRememberedOnUserPrompt",
        },
    ),
    "email_configuration": Block(
        aws="EmailConfiguration",
        names={
            "configuration_set": "ConfigurationSet",
            "email_sending_account": "EmailSendingAccount",
            "from_email_address": "From",
            "reply_to_email_address": "ReplyToEmailAddress",
            "source_arn": "SourceArn",
        },
    ),
    "lambda_config": Block(
        aws="LambdaConfig",
        names={
            "create_auth_challenge": "CreateAuthChallenge",
            "custom_email_sender": Block(aws="CustomEmailSender", names=_FUNCTION),
            "custom_message": "CustomMessage",
            "custom_sms_sender": Block(aws="CustomSMSSender", names=_FUNCTION),
            "define_auth_challenge": "DefineAuthChallenge",
            "kms_key_id": "KMSKeyID",
            "post_authentication": "PostAuthentication",
            "post_confirmation": "PostConfirmation",
            "pre_authentication": "PreAuthentication",
            "pre_sign_up": "PreSignUp",
            "pre_token_generation": "PreTokenGeneration",
            "pre_token_generation_config": Block(aws="PreTokenGenerationConfig", names=_FUNCTION),
            "user_migration": "UserMigration",
            "verify_auth_challenge_response": "VerifyAuthChallengeResponse",
        },
    ),
    "sms_configuration": SMS,
    "user_attribute_update_settings": Block(
        aws="UserAttributeUpdateSettings",
        names={"attributes_require_verification_before_update": "AttributesRequireVerificationBeforeUpdate"},
    ),
    "user_pool_add_ons": Block(aws="UserPoolAddOns", names={"advanced_security_mode": "AdvancedSecurityMode"}),
    "verification_message_template": Block(
        aws="VerificationMessageTemplate",
        names={
            "default_email_option": "DefaultEmailOption",
            "email_message": "EmailMessage",
            "email_message_by_link": "EmailMessageByLink",
            "email_subject": "EmailSubject",
            "email_subject_by_link": "EmailSubjectByLink",
            "sms_message": "SmsMessage",
        },
    ),
}
"""What a create and an update take and a read answers, by the name of the block."""

MESSAGES: Final = {
    "email_verification_message": "email_message",
    "email_verification_subject": "email_subject",
    "sms_verification_message": "sms_message",
}
"""What the pool and its `verification_message_template` both have."""


def with_same_token_trigger(triggers: Object, old: Object) -> Object:
    """Return the triggers with the function that changes tokens in both places where AWS has it."""
    config = dict((triggers["pre_token_generation_config"] or [{}])[0])
    old_config = (old.get("pre_token_generation_config") or [{}])[0]
    if config.get("lambda_arn", "") != old_config.get("lambda_arn", ""):
        return triggers | {"pre_token_generation": config.get("lambda_arn", "")}
    function = triggers["pre_token_generation"]
    if function == old.get("pre_token_generation", ""):
        return triggers
    config = {"lambda_version": "V1_0"} | config | {"lambda_arn": function}
    return triggers | {"pre_token_generation_config": [config] if function else []}
