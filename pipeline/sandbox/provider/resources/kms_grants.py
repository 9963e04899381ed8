"""Grants of KMS: what somebody may do with a key besides what its policy says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.resource import Resource
from pipeline.sandbox.provider.resources.shapes import chosen, given

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData

_OPTIONS = {
    "grant_creation_tokens": "GrantTokens",
    "name": "Name",
    "retiring_principal": "RetiringPrincipal",
}

_CONSTRAINTS = {
    "encryption_context_equals": "EncryptionContextEquals",
    "encryption_context_subset": "EncryptionContextSubset",
}


class Grant(Resource):
    """A grant; its id is `key:grant`, with the key as an id or an ARN."""

    type_name = "aws_kms_grant"

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Create the grant, and keep its token: AWS tells it only now."""
        constraints = [given(item, _CONSTRAINTS) for item in data["constraints"]]
        if sum(map(len, constraints)) > 1:
            raise ProviderError("a grant takes either encryption_context_equals or encryption_context_subset, not both")
        made = cloud.client("kms").create_grant(
            KeyId=data["key_id"],
            GranteePrincipal=data["grantee_principal"],
            Operations=data["operations"],
            **given(data, _OPTIONS),
            **({"Constraints": constraints[0]} if constraints else {}),
        )
        data.id = f"{data['key_id']}:{made['GrantId']}"
        data["grant_token"] = made["GrantToken"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Find the grant among those of the key; what AWS does not repeat stays as it is."""
        key_id, grant_id = _parts(data.id)
        grant = _find(cloud.client("kms"), key_id, grant_id)
        if grant is None:
            data.id = ""
            return
        data.update({"grant_id": grant_id, "key_id": key_id, "operations": grant["Operations"]})
        names = {"grantee_principal": "GranteePrincipal", "name": "Name", "retiring_principal": "RetiringPrincipal"}
        data.update({name: grant[aws] for name, aws in names.items() if grant.get(aws)})
        if grant.get("Constraints"):
            data["constraints"] = [chosen(grant["Constraints"], _CONSTRAINTS)]

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Revoke the grant, or retire it if that is wanted."""
        client = cloud.client("kms")
        key_id, grant_id = _parts(data.id)
        end = client.retire_grant if data["retire_on_delete"] else client.revoke_grant
        end(KeyId=key_id, GrantId=grant_id)


def _find(client: Any, key_id: str, grant_id: str) -> Any:
    pages = client.get_paginator("list_grants").paginate(KeyId=key_id)
    return next((grant for page in pages for grant in page["Grants"] if grant["GrantId"] == grant_id), None)


def _parts(identifier: str) -> tuple[str, str]:
    key_id, found, grant_id = identifier.rpartition(":")
    if not (found and key_id and grant_id):
        raise ProviderError(f"unexpected format of ID ({identifier}), expected KeyID:GrantID")
    return key_id, grant_id
