"""What keeps the contents of a bucket safe: versions, encryption, ownership, and who is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.policies import keep_spelling, normalize_json, same_policy
from pipeline.sandbox.provider.resources.s3_answers import encryption_rules
from pipeline.sandbox.provider.resources.s3_setting import BucketSetting
from pipeline.sandbox.provider.resources.shapes import chosen, given
from pipeline.sandbox.provider.schema import Behaviour
from pipeline.sandbox.provider.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.planning import Draft
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_DISABLED = "Disabled"
"""What a bucket is that was never versioned: S3 has no such status to set."""

_ACCESS = {
    "block_public_acls": "BlockPublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "ignore_public_acls": "IgnorePublicAcls",
    "restrict_public_buckets": "RestrictPublicBuckets",
}


class BucketVersioning(BucketSetting):
    """Whether old versions of objects are kept; removing it suspends it."""

    type_name = "aws_s3_bucket_versioning"

    def customize(self, draft: Draft, cloud: Cloud) -> None:
        """Refuse to go back to an unversioned bucket: S3 cannot."""
        old, new = draft.old("versioning_configuration"), draft.new("versioning_configuration")
        if draft.is_create or new is UNKNOWN or not (old and new):
            return
        if old[0]["status"] != _DISABLED and new[0]["status"] == _DISABLED:
            raise ProviderError(
                f"versioning_configuration.status cannot be updated from '{old[0]['status']}' to '{_DISABLED}'"
            )

    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put the status."""
        wanted = data.first("versioning_configuration")
        if wanted["status"] != _DISABLED:
            body = given(wanted, {"status": "Status", "mfa_delete": "MFADelete"})
            client.put_bucket_versioning(**target, **given(data, {"mfa": "MFA"}), VersioningConfiguration=body)

    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object:
        """Read the status."""
        answer = client.get_bucket_versioning(**target)
        status = answer.get("Status") or _DISABLED
        return {"versioning_configuration": [{"status": status, "mfa_delete": answer.get("MFADelete")}]}

    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Suspend the versioning."""
        if data.first("versioning_configuration").get("status") == "Enabled":
            mfa = given(data, {"mfa": "MFA"})
            client.put_bucket_versioning(**target, **mfa, VersioningConfiguration={"Status": "Suspended"})


class BucketEncryption(BucketSetting):
    """How objects are encrypted unless a request says otherwise."""

    type_name = "aws_s3_bucket_server_side_encryption_configuration"
    gone = ("ServerSideEncryptionConfigurationNotFoundError",)

    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put the rules."""
        rules = [_encryption_rule(rule) for rule in data["rule"]]
        client.put_bucket_encryption(**target, ServerSideEncryptionConfiguration={"Rules": rules})

    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object:
        """Read the rules."""
        return {"rule": encryption_rules(client.get_bucket_encryption(**target))}

    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Go back to AWS's own encryption."""
        client.delete_bucket_encryption(**target)


class BucketPublicAccessBlock(BucketSetting):
    """What public access is refused, whatever policies and ACLs allow."""

    type_name = "aws_s3_bucket_public_access_block"
    gone = ("NoSuchPublicAccessBlockConfiguration",)

    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put the four switches."""
        switches = {aws: data[name] for name, aws in _ACCESS.items()}
        client.put_public_access_block(**target, PublicAccessBlockConfiguration=switches)

    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object:
        """Read the four switches."""
        return chosen(client.get_public_access_block(**target)["PublicAccessBlockConfiguration"], _ACCESS)

    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Remove the block."""
        client.delete_public_access_block(**target)


class BucketOwnershipControls(BucketSetting):
    """Who owns what others put into the bucket."""

    type_name = "aws_s3_bucket_ownership_controls"
    gone = ("OwnershipControlsNotFoundError",)

    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put the rule."""
        rules = [{"ObjectOwnership": rule["object_ownership"]} for rule in data["rule"]]
        client.put_bucket_ownership_controls(**target, OwnershipControls={"Rules": rules})

    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object:
        """Read the rule."""
        rules = client.get_bucket_ownership_controls(**target)["OwnershipControls"]["Rules"]
        return {"rule": [chosen(rule, {"object_ownership": "ObjectOwnership"}) for rule in rules]}

    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Remove the rule."""
        client.delete_bucket_ownership_controls(**target)


class BucketPolicy(BucketSetting):
    """The policy of a bucket."""

    type_name = "aws_s3_bucket_policy"
    behaviours = {"policy": Behaviour(normalize=normalize_json, suppress=same_policy)}
    gone = ("NoSuchBucketPolicy",)

    def put(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Put the policy."""
        client.put_bucket_policy(**target, Policy=data["policy"])

    def values(self, client: Any, target: Mapping[str, str], data: ResourceData) -> Object:
        """Read the policy."""
        return {"policy": keep_spelling(data["policy"], client.get_bucket_policy(**target)["Policy"])}

    def remove(self, client: Any, target: Mapping[str, str], data: ResourceData) -> None:
        """Remove the policy."""
        client.delete_bucket_policy(**target)


def _encryption_rule(rule: Object) -> Object:
    default = [
        given(item, {"kms_master_key_id": "KMSMasterKeyID", "sse_algorithm": "SSEAlgorithm"})
        for item in rule["apply_server_side_encryption_by_default"]
    ]
    body: Object = {"BucketKeyEnabled": rule["bucket_key_enabled"]}
    return body | ({"ApplyServerSideEncryptionByDefault": default[0]} if default else {})
