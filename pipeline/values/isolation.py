"""Proof of isolation: what a plan would make names this tenant and no other.

Looked at are all values of what a plan creates or changes, JSON inside texts taken apart, and, because a policy with
one unknown ARN in it is unknown as a whole, the template's own texts with the tenant's inputs put in. Three things are
violations:

- a name of the template's naming pattern with another tenant's id in its place, be it a name, a path or within an ARN;
- a statement that allows something on ARNs with wildcards which the same resource of another tenant would match too,
  unless it has a condition with the tenant's id;
- the tenant's tag with another value.

What has no tenant's id in it cannot be told apart: a key's ARN or a user pool's, given as an input, may be anybody's.
A bare `*` as resource names nobody, and there are actions that know no other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.values.addresses import ResourceMode
from pipeline.values.json_texts import texts_in, unfolded
from pipeline.values.plan import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.json_types import Json
    from pipeline.values.manifest import TierManifest
    from pipeline.values.plan import Plan, ResourceChange
    from pipeline.values.tenant import Tenant
    from pipeline.values.tenant_names import Pattern, TenantNames

MAKING: Final = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE})
TAGS: Final = ("tags", "tags_all")
WILDCARD: Final = re.compile(r"[*?]")
ARN_PARTS: Final = 6
# Services whose ARNs end in the name itself; all others have the kind of the resource before it.
WITHOUT_KIND: Final = frozenset({"s3", "sqs", "sns"})


@dataclass(frozen=True, kw_only=True)
class Isolation:
    """What a tenant's resources are called, and which ids are tenants' at all."""

    tenant: Tenant
    tier: TierManifest
    names: TenantNames
    is_tenant: Callable[[str], bool]

    def violations(self, plan: Plan) -> tuple[str, ...]:
        """List what would name another tenant, once each."""
        return tuple(dict.fromkeys(reason for change in plan.effective for reason in self._of(change)))

    def _of(self, change: ResourceChange) -> Iterator[str]:
        if change.action not in MAKING or change.mode is not ResourceMode.MANAGED:
            return
        values = [change.after, change.importing, *(self.names.texts_of(change.address) if change.unknown else ())]
        for document in map(unfolded, values):
            for text in texts_in(document):
                yield from self._named_in(change, text)
            for resource in self._allowed_in(document):
                yield from self._reached_by(change, resource)
        yield from self._tagged(change)

    def _named_in(self, change: ResourceChange, text: str) -> Iterator[str]:
        for name in self.names.foreign(text):
            if name.is_certain or self.is_tenant(name.tenant):
                yield f"{change.address} names {name.text} of tenant {name.tenant}"

    def _reached_by(self, change: ResourceChange, resource: str) -> Iterator[str]:
        matches = re.compile(re.escape(resource).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL).fullmatch
        if any(matches(arn) for pattern in self.names.patterns for arn in self._neighbours_arns(pattern, resource)):
            yield f"{change.address} allows {resource}, which is other tenants' too"

    def _neighbours_arns(self, pattern: Pattern, resource: str) -> Iterator[str]:
        """Make ARNs, spelled like the allowed one, that a resource of other tenants could have."""
        *parts, last = resource.split(":", ARN_PARTS - 1)
        _, service, kind = f"{pattern.type}__".split("_", 2)
        if len(parts) < ARN_PARTS - 1 or not _is_of(parts[2], service):
            return
        opening = "" if service in WITHOUT_KIND else _kind_in(last, kind.rstrip("_"))
        if opening is None:
            return
        for other in (f"{self.tenant.tenant_id}-x", f"x-{self.tenant.tenant_id}", "x"):
            arn = ":".join([*parts, opening + pattern.example.replace("\0", other).removeprefix("/")])
            yield from (arn, *(arn + last[slash.start() :] for slash in re.finditer("/", last)))

    def _allowed_in(self, document: Json) -> Iterator[str]:
        """List the ARNs with wildcards that policies in a document allow something on, whoever the tenant is."""
        if isinstance(document, dict):
            if document.get("Effect") == "Allow" and not self._is_bound(document.get("Condition")):
                yield from (text for text in texts_in(document.get("Resource")) if _has_wildcard(text))
            document = list(document.values())
        if isinstance(document, list):
            for inner in document:
                yield from self._allowed_in(inner)

    def _is_bound(self, condition: Json) -> bool:
        """Tell whether a condition asks for this tenant, by its id or one of its names."""
        return any(self.names.replaced(text, "") != text for text in texts_in(condition))

    def _tagged(self, change: ResourceChange) -> Iterator[str]:
        for attribute in TAGS:
            tags = (change.after or {}).get(attribute)
            value = tags.get(self.tier.tenant_tag) if isinstance(tags, dict) else None
            if value not in (None, self.tenant.tenant_id):
                yield f"{change.address} is tagged {self.tier.tenant_tag}={value}"


def _is_of(given: str, service: str) -> bool:
    """Tell whether an ARN's service, perhaps with wildcards, is that of a resource type: `cognito-idp`, `cognito`."""
    return given.startswith(service) or bool(WILDCARD.search(given))


def _kind_in(last: str, kind: str) -> str | None:
    """Give how an ARN's last part begins, where it may be of a kind: `userpool/` for a `user_pool`."""
    given = re.match(r"([a-z-]+)[/:]", last)
    if given is None:
        return f"{kind}/"
    return given[0] if given[1].replace("-", "") == kind.replace("_", "") else None


def _has_wildcard(text: str) -> bool:
    return text.startswith("arn:") and WILDCARD.search(text) is not None
