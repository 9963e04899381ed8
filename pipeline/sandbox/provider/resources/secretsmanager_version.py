"""The values of secrets."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import Problem, ProviderError
from pipeline.sandbox.provider.naming import make_name
from pipeline.sandbox.provider.resource import Resource

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_CURRENT, _PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
_SEPARATOR = "|"


class SecretVersion(Resource):
    """One value of a secret; its id is `secret ARN|version`."""

    type_name = "aws_secretsmanager_secret_version"
    gone = ("InvalidRequestException",)  # what AWS says when the secret waits for its deletion

    def validate(self, config: Object) -> list[Problem]:
        """Refuse binary values that are not written as base64."""
        binary = config.get("secret_binary")
        if not isinstance(binary, str) or _is_base64(binary):
            return []
        return [Problem(summary="secret_binary must be base64-encoded", path=("secret_binary",))]

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the value; it becomes the current one, unless other stages are named."""
        value: Object = {}
        if data["secret_binary"]:
            value["SecretBinary"] = base64.b64decode(data["secret_binary"])
        if data["secret_string"]:
            value["SecretString"] = data["secret_string"]
        if data["version_stages"]:
            value["VersionStages"] = data["version_stages"]
        made = cloud.client("secretsmanager").put_secret_value(
            SecretId=data["secret_id"], ClientRequestToken=make_name("", ""), **value
        )
        data.id = data["secret_id"] + _SEPARATOR + made["VersionId"]

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the value and its stages."""
        secret, version = _parts(data.id)
        answer = cloud.client("secretsmanager").get_secret_value(SecretId=secret, VersionId=version)
        data.update({"arn": answer["ARN"], "secret_id": secret, "version_id": answer["VersionId"]})
        data["secret_string"] = answer.get("SecretString")
        data["secret_binary"] = base64.b64encode(answer.get("SecretBinary", b"")).decode()
        data["version_stages"] = answer["VersionStages"]

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Move the stages; the current one is never taken away, only given to another version."""
        client = cloud.client("secretsmanager")
        secret, version = _parts(data.id)
        old, new = set(data.old("version_stages")), set(data["version_stages"])
        for stage in sorted(new - old):
            move: Object = {"MoveToVersionId": version, "SecretId": secret, "VersionStage": stage}
            if stage == _CURRENT:
                move["RemoveFromVersionId"] = _current_version(client, secret)
            client.update_secret_version_stage(**move)
        moved_by_aws = {_PREVIOUS} if _CURRENT in new - old else set()
        _take_away(client, data.id, old - new - moved_by_aws)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Take the stages away; AWS itself deletes a version without any."""
        _take_away(cloud.client("secretsmanager"), data.id, set(data["version_stages"]))


def _take_away(client: Any, identifier: str, stages: set[str]) -> None:
    secret, version = _parts(identifier)
    for stage in sorted(stages - {_CURRENT}):
        client.update_secret_version_stage(SecretId=secret, RemoveFromVersionId=version, VersionStage=stage)


def _current_version(client: Any, secret: str) -> str:
    pages = client.get_paginator("list_secret_version_ids").paginate(SecretId=secret)
    stages: dict[str, list[str]] = {
        version["VersionId"]: version["VersionStages"] for page in pages for version in page["Versions"]
    }
    return next(version for version, labels in stages.items() if _CURRENT in labels)


def _parts(identifier: str) -> tuple[str, str]:
    secret, _, version = identifier.partition(_SEPARATOR)
    if not (secret and version):
        raise ProviderError(f"unexpected format of ID ({identifier}), expected SecretID{_SEPARATOR}VersionID")
    return secret, version


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True
