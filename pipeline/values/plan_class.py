"""Plan classes: plans of different tenants that do the same, once what is each tenant's own is taken out.

Put in place of it are the expressions that a template would have there: `${var.tenant_id}`, `${var.region}`, an input
that identifies its tenant (an ARN, a domain, anything that is no plain word), and of the ids, ARNs and names that AWS
gave, the resource and attribute that have them. So a class reads like the change of the template that it comes from.

Left out is what only follows from the rest: which attributes a replacement or a creation gives new values, and all
that a deletion takes away. Sensitive values are opaque: that they change is told, not to what.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pipeline.values.digests import digest_of
from pipeline.values.plan import Action
from pipeline.values.plan_differences import KNOWN_LATER, differences, output_differences
from pipeline.values.tenant_names import INSIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.json_types import Json
    from pipeline.values.plan import Plan, ResourceChange
    from pipeline.values.plan_differences import AttributeChange
    from pipeline.values.tenant import Tenant
    from pipeline.values.tenant_names import TenantNames

DIGITS_IN_NAME: Final = 12
TENANT: Final = "${var.tenant_id}"
GIVEN_BY_AWS: Final = re.compile(r"arn|id|.*_(?:id|arn|url|domain_name|endpoint)|endpoint")
SHORTEST_IDENTIFIER: Final = 6  # shorter ones stand in other texts by chance
IDENTIFYING: Final = re.compile(r"[.:/@]|\d{4}")
ACCOUNT_IN_ARN: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):")
CHANGING_IN_PLACE: Final = frozenset({Action.UPDATE, Action.REPLACE})


@dataclass(frozen=True, kw_only=True)
class ClassAttribute:
    """What becomes of one attribute in every plan of a class."""

    name: str
    before: Json
    after: Json
    forces_replacement: bool


@dataclass(frozen=True, kw_only=True)
class ClassChange:
    """What becomes of one resource in every plan of a class."""

    address: str
    action: Action
    previous_address: str | None
    is_imported: bool
    attributes: tuple[ClassAttribute, ...]


@dataclass(frozen=True, kw_only=True)
class PlanClass:
    """What all plans of a class do."""

    changes: tuple[ClassChange, ...]
    outputs: tuple[ClassAttribute, ...]

    @cached_property
    def digest(self) -> str:
        """Tells classes apart."""
        return digest_of(asdict(self))

    @property
    def name(self) -> str:
        """The digest as people read it."""
        return self.digest[:DIGITS_IN_NAME]

    @property
    def worst_action(self) -> Action:
        """The worst thing that a plan of the class does to a resource."""
        return max((change.action for change in self.changes), key=lambda a: a.severity, default=Action.NO_OP)


def classify(plan: Plan, tenant: Tenant, names: TenantNames) -> PlanClass:
    """Give the class of a tenant's plan."""
    common = _Common(plan, tenant, names)
    return PlanClass(
        changes=tuple(common.change(change) for change in plan.effective),
        outputs=tuple(common.attribute(difference) for difference in output_differences(plan)),
    )


class _Common:
    """Takes a tenant's own out of its plan."""

    def __init__(self, plan: Plan, tenant: Tenant, names: TenantNames) -> None:
        own = _identifiers(plan) | _identifying_inputs(tenant)
        account = next((found for arn in (tenant.account_role, *own) for found in ACCOUNT_IN_ARN.findall(arn)), None)
        own |= {tenant.region: "${var.region}"} | ({account: "${account}"} if account else {})
        self._own: Mapping[str, str] = own
        texts = "|".join(map(re.escape, sorted(own, key=len, reverse=True)))
        self._identifiers = re.compile(f"(?<!{INSIDE})(?:{texts})(?!{INSIDE})")
        self._names = names
        self._tenant = re.compile(rf"(?<![A-Za-z0-9]){re.escape(tenant.tenant_id)}(?![A-Za-z0-9])")
        self._is_word = names.has_word(tenant.tenant_id)

    def change(self, change: ResourceChange) -> ClassChange:
        """Give what a change has in common with that of other tenants."""
        return ClassChange(
            address=self._text(change.address),
            action=change.action,
            previous_address=change.previous_address and self._text(change.previous_address),
            is_imported=change.importing is not None,
            attributes=tuple(self.attribute(difference) for difference in _telling(change)),
        )

    def attribute(self, change: AttributeChange) -> ClassAttribute:
        """Give what an attribute's change has in common with that of other tenants."""
        return ClassAttribute(
            name=self._text(change.name),
            before=None if change.after == KNOWN_LATER else self._value(change.before),
            after=self._value(change.after),
            forces_replacement=change.forces_replacement,
        )

    def _value(self, value: Json) -> Json:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {self._text(key): self._value(inner) for key, inner in value.items()}
        return [self._value(inner) for inner in value] if isinstance(value, list) else value

    def _text(self, text: str) -> str:
        text = self._identifiers.sub(lambda match: self._own[match[0]], text)
        text = self._names.replaced(text, TENANT)
        # The template may make names in ways that say nothing to us. A word of its own is not taken for the id, though.
        return text if self._is_word else self._tenant.sub(lambda _: TENANT, text)


def _telling(change: ResourceChange) -> Iterator[AttributeChange]:
    """List what is not a consequence of the action itself."""
    if change.action not in {*CHANGING_IN_PLACE, Action.CREATE}:
        return
    for difference in differences(change):
        is_consequence = difference.unknown and change.action is not Action.UPDATE
        if difference.forces_replacement or not is_consequence:
            yield difference


def _identifiers(plan: Plan) -> dict[str, str]:
    """Collect what AWS gave to resources that exist, by value; where two have the same, the ARN's and id's owner."""
    found: dict[str, str] = {}
    for preferred in (("arn",), ("id",), ()):
        for change in plan.changes:
            for name, value in (change.before or {}).items():
                if (name in preferred or not preferred) and GIVEN_BY_AWS.fullmatch(name) and _is_identifier(value):
                    found.setdefault(value, f"${{{change.address}.{name}}}")
    return found


def _identifying_inputs(tenant: Tenant) -> dict[str, str]:
    values = {"account_role_arn": tenant.account_role, **tenant.inputs}
    return {v: f"${{var.{name}}}" for name, v in _texts(values.items()) if _is_identifier(v) and IDENTIFYING.search(v)}


def _texts(items: Iterable[tuple[str, Json]]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in items if isinstance(value, str))


def _is_identifier(value: Json) -> bool:
    return isinstance(value, str) and len(value) >= SHORTEST_IDENTIFIER
