"""Proves that nothing of a tenant is left: asks AWS, not terraform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from pipeline.adapters.aws import RETRIES, Aws, error_code, translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from boto3 import Session

PENDING_DELETION: Final = "PendingDeletion"


@dataclass(frozen=True, kw_only=True)
class Absence:
    """What a look for a tenant's resources found."""

    left: tuple[str, ...]
    """ARNs that still exist."""
    scheduled: tuple[str, ...]
    """ARNs of keys that AWS deletes by itself after their waiting period."""


def region_of(arn: str) -> str:
    """Give the region in an ARN; empty for what belongs to no region."""
    return arn.split(":")[3]


class AbsenceCheck:
    """Looks for what carries a tenant's tag, and for what its state named."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def look(
        self,
        *,
        role: str,
        external_id: str,
        regions: Sequence[str],
        tag: tuple[str, str] | None,
        arns: Iterable[str],
    ) -> Absence:
        """Look in regions of a tenant's account for its tag, and for roles and policies by their ARN.

        IAM is not in the tagging API, so what the state named there is asked for directly.
        """
        session = self._aws.in_account_of(role, regions[0], external_id=external_id)
        found = {arn for region in regions for arn in self._tagged(session, region, tag)} if tag else set()
        found |= {arn for arn in arns if ":iam::" in arn and self._exists(session, arn)}
        scheduled = {arn for arn in found if ":kms:" in arn and self._is_scheduled(session, arn)}
        return Absence(left=tuple(sorted(found - scheduled)), scheduled=tuple(sorted(scheduled)))

    def _tagged(self, session: Session, region: str, tag: tuple[str, str]) -> list[str]:
        with translated(f"the tagging API in {region}"):
            pages = (
                session.client("resourcegroupstaggingapi", region_name=region, config=RETRIES)
                .get_paginator("get_resources")
                .paginate(TagFilters=[{"Key": tag[0], "Values": [tag[1]]}])
            )
            return [entry["ResourceARN"] for page in pages for entry in page["ResourceTagMappingList"]]

    def _exists(self, session: Session, arn: str) -> bool:
        iam = session.client("iam", config=RETRIES)
        with translated("IAM"):
            try:
                if ":policy/" in arn:
                    iam.get_policy(PolicyArn=arn)
                elif ":role/" in arn:
                    iam.get_role(RoleName=arn.rsplit("/", 1)[-1])
                else:
                    return False
            except ClientError as error:
                if error_code(error) == "NoSuchEntity":
                    return False
                raise
        return True

    def _is_scheduled(self, session: Session, arn: str) -> bool:
        with translated("KMS"):
            kms = session.client("kms", region_name=region_of(arn), config=RETRIES)
            key = kms.describe_key(KeyId=arn)["KeyMetadata"]
        return key.get("KeyState") == PENDING_DELETION
