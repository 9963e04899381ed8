"""AWS as one provider configuration reaches it: what the code of a type is given."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.regions import descriptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.sandbox.provider.sessions import Sessions
    from pipeline.sandbox.provider.settings import ProviderSettings

_PARTITIONS = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"))


class Cloud:
    """One account and region, and the tags that the configuration puts on everything."""

    def __init__(self, settings: ProviderSettings, sessions: Sessions) -> None:
        self.settings = settings
        self._sessions = sessions

    def client(self, service: str, *, region: str = "") -> Any:
        """Return the boto3 client of a service."""
        return self._sessions.client(self.settings, service, region)

    @property
    def region(self) -> str:
        """The configured region."""
        return self.settings.region

    @property
    def partition(self) -> str:
        """The partition that the region is in, such as `aws`."""
        return next((name for prefix, name in _PARTITIONS if self.region.startswith(prefix)), "aws")

    @property
    def dns_suffix(self) -> str:
        """The domain of the partition."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    @property
    def default_tags(self) -> Mapping[str, str]:
        """The tags of the provider's default_tags block."""
        return dict(self.settings.default_tags)

    @cached_property
    def account_id(self) -> str:
        """The account that the credentials belong to."""
        return str(self.client("sts").get_caller_identity()["Account"])

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def ignores_tag(self, key: str) -> bool:
        """Tell whether the configuration leaves a tag to others."""
        return key in self.settings.ignored_tags or key.startswith(("aws:", *self.settings.ignored_tag_prefixes))

    def connect(self) -> None:
        """Take on the configured roles. ProviderError if the region is none, or the account is not an allowed one."""
        if not self.settings.any_region and self.region not in descriptions():
            raise ProviderError(f"invalid AWS Region: {self.region}")
        allowed, forbidden = self.settings.allowed_accounts, self.settings.forbidden_accounts
        self._sessions.take_on_roles(self.settings)
        if (allowed and self.account_id not in allowed) or (forbidden and self.account_id in forbidden):
            raise ProviderError(f"AWS account ID not allowed: {self.account_id}")
