"""Proof of isolation: what a plan would make names this tenant and no other.

Looked at are all values of what a plan creates or changes, JSON inside texts taken apart. A policy with one unknown
ARN in it is unknown as a whole; so looked at are also the policy documents that the plan reads later, as far as they
are known, and the template's own texts with the tenant's inputs put in. Three things are violations:

- a name of the template's naming pattern with another tenant's id in its place, be it a name, a path or within an ARN;
- a statement that allows something on ARNs with wildcards which the same resource of another tenant would match too,
  unless it has a condition with the tenant's id;
- the tenant's tag with another value.

What has no tenant's id in it cannot be told apart: a key's ARN or a user pool's, given as an input, may be anybody's.
A bare `*` as resource names nobody, and there are actions that know no other. A policy that a module writes as JSON is
seen once it is known, not before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pipeline.values.addresses import ResourceMode
from pipeline.values.json_texts import texts_in, unfolded
from pipeline.values.plan import Action
from pipeline.values.template_texts import POLICY_DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.json_types import Json, JsonObject
    from pipeline.values.manifest import TierManifest
    from pipeline.values.plan import Plan, ResourceChange
    from pipeline.values.tenant import Tenant
    from pipeline.values.tenant_names import Pattern, TenantNames

MAKING: Final = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE})
TAGS: Final = ("tags", "tags_all")
WILDCARD: Final = re.compile(r"[*?]")
ARN_PARTS: Final = 6
# How types begin, and how they would begin if they were called as in ARNs: the service, then the kind of the resource.
IN_ARNS: Final = {
    "api_gateway_rest_api": "apigateway_restapis",
    "apigatewayv2_api": "apigateway_apis",
    "cloudwatch_event": "events",
    "cloudwatch_event_bus": "events_event_bus",
    "cloudwatch_log": "logs_log",
    "cloudwatch_metric": "cloudwatch",
    "db": "rds",
    "db_instance": "rds_db",
    "docdb": "rds",
    "elasticsearch": "es",
    "glue_catalog": "glue",
    "keyspaces": "cassandra",
    "kinesis_firehose_delivery_stream": "firehose_deliverystream",
    "msk": "kafka",
    "neptune": "rds",
    "opensearch": "es",
    "resourcegroups": "resource-groups",
    "sesv2": "ses",
    "sfn": "states",
}
# Services whose ARNs end in the name itself; all others have the kind of the resource before it.
WITHOUT_KIND: Final = frozenset({"s3", "sqs", "sns"})
# What AWS appends to names of its own accord.
ENDINGS: Final = {"secretsmanager": "-xxxxxx"}


@dataclass(frozen=True, kw_only=True)
class Isolation:
    """What a tenant's resources are called, and which ids are tenants' at all."""

    plan: Plan
    tenant: Tenant
    tier: TierManifest
    names: TenantNames
    is_tenant: Callable[[str], bool]

    def violations(self) -> tuple[str, ...]:
        """List what would name another tenant, once each."""
        return tuple(dict.fromkeys(reason for change in self.plan.changes for reason in self._of(change)))

    @cached_property
    def _planned(self) -> tuple[Pattern, ...]:
        return self.names.planned(self.plan)

    def _of(self, change: ResourceChange) -> Iterator[str]:
        if not _is_made(change):
            return
        values = [change.after, change.importing, *(self.names.texts_of(change.address) if change.unknown else ())]
        for document in map(unfolded, values):
            for text in texts_in(document):
                yield from self._named_in(change, text)
            for resource in self._allowed_in(document):
                yield from self._reached_by(change, resource)
        yield from self._tagged(change)

    def _named_in(self, change: ResourceChange, text: str) -> Iterator[str]:
        for name in self.names.foreign(text, self._planned):
            if name.is_certain or self.is_tenant(name.tenant):
                yield f"{change.address} names {name.text} of tenant {name.tenant}"

    def _reached_by(self, change: ResourceChange, resource: str) -> Iterator[str]:
        matches = re.compile(re.escape(resource).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL).fullmatch
        patterns = (*self.names.patterns, *self._planned)
        if any(matches(arn) for pattern in patterns for arn in self._neighbours_arns(pattern, resource)):
            yield f"{change.address} allows {resource}, which is other tenants' too"

    def _neighbours_arns(self, pattern: Pattern, resource: str) -> Iterator[str]:
        """Make ARNs, spelled like the allowed one, that a resource of other tenants could have."""
        *parts, last = resource.split(":", ARN_PARTS - 1)
        service, kind = _in_arns(pattern.type)
        if len(parts) < ARN_PARTS - 1 or not _is_of(parts[2], service):
            return
        tails = ("", *(last[found.start() :] for found in re.finditer("[/:]", last)))
        ending = ENDINGS.get(service, "")
        for other in (f"{self.tenant.tenant_id}-x", f"x-{self.tenant.tenant_id}", "x"):
            name = pattern.example.replace("\0", other)
            for opening in [""] if service in WITHOUT_KIND else _openings(last, kind):
                yield from (":".join([*parts, _joined(opening, name) + ending + tail]) for tail in tails)

    def _allowed_in(self, document: Json) -> Iterator[str]:
        """List the ARNs with wildcards that policies in a document allow something on, whoever the tenant is."""
        if isinstance(document, dict):
            resources, condition = _allowed_by(document)
            if not self._is_bound(condition):
                yield from (text for text in texts_in(resources) if _has_wildcard(text))
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


def _is_made(change: ResourceChange) -> bool:
    """Tell whether an apply makes something of a change: a resource, or the policy that a resource gets."""
    if change.mode is ResourceMode.DATA:
        return change.action is Action.READ and change.type == POLICY_DOCUMENT
    return change.action in MAKING


def _allowed_by(statement: JsonObject) -> tuple[Json, Json]:
    """Give what a statement allows something on and its condition, in a policy or in a policy document's block."""
    if statement.get("Effect") == "Allow":
        return statement.get("Resource"), statement.get("Condition")
    if "resources" in statement and statement.get("effect") in (None, "Allow"):
        return statement["resources"], statement.get("condition")
    return None, None


def _in_arns(kind: str) -> tuple[str, str]:
    """Give the service and the kind of a type's resources, as ARNs call them: `events`, `rule`."""
    name = f"{kind.partition('_')[2]}_"
    begun = max((begin for begin in IN_ARNS if name.startswith(f"{begin}_")), key=len, default="")
    service, _, rest = (IN_ARNS.get(begun, "") + name.removeprefix(begun)).partition("_")
    return service, rest.rstrip("_")


def _is_of(given: str, service: str) -> bool:
    """Tell whether an ARN's service, perhaps with wildcards, is that of a resource type: `cognito-idp`, `cognito`."""
    return given.startswith(service) or bool(WILDCARD.search(given))


def _openings(last: str, kind: str) -> tuple[str, ...]:
    """Give how an ARN's last part can begin, where it may be of a kind: `userpool/` for a `user_pool`."""
    given = re.match(r"/?([A-Za-z-]+)[/:]", last)
    if given is not None:
        return (given[0],) if given[1].replace("-", "").lower() == kind.replace("_", "") else ()
    words = (kind.replace("_", "-"), kind.replace("_", ""))
    return tuple(f"{word}{separator}" for word in dict.fromkeys(words) for separator in "/:")


def _joined(opening: str, name: str) -> str:
    """Put a name behind the opening of an ARN's last part; some names begin with it, or with its slash."""
    if opening.endswith("/"):
        name = name.removeprefix(opening).removeprefix("/")
    return opening + name


def _has_wildcard(text: str) -> bool:
    return text.startswith("arn:") and WILDCARD.search(text) is not None
