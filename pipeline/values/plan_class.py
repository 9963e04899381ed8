"""Plan classes: plans of different tenants that do the same, once what is each tenant's own is taken out.

Put in place of it are the expressions that a template would have there: `${var.tenant_id}`, `${var.region}`, an input
that identifies its tenant (an ARN, a domain, anything that is no plain word), and of the ids, ARNs and names that AWS
gave, the resource and attribute that have them. A resource that there is once for each part of an input has that part
as a key in its address; within it the part is taken out too, whatever it is. So a class reads like the change of the
template that it comes from.

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
from pipeline.values.template_texts import filled, mark
from pipeline.values.tenant_names import INSIDE, whole_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
KEY_IN_ADDRESS: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]')
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
        self._names = names
        self._tenant = re.compile(whole_word(tenant.tenant_id))
        self._is_word = names.has_word(tenant.tenant_id)
        self._inputs = dict(_input_texts(tenant))
        given = {text: expression for text, expression in self._inputs.items() if _identifies(text)}
        given[tenant.region] = "${var.region}"
        self._take_out(given)
        found = {value: f"${{{self._address(owner)}.{name}}}" for value, owner, name in _identifiers(plan)}
        account = next((a for arn in (tenant.account_role, *found, *given) for a in ACCOUNT_IN_ARN.findall(arn)), None)
        self._take_out(found | given | ({account: "${account}"} if account else {}))

    def _take_out(self, own: Mapping[str, str]) -> None:
        self._own = own
        longest_first = "|".join(map(re.escape, sorted(own, key=len, reverse=True)))
        self._identifiers = re.compile(f"(?<!{INSIDE})(?:{longest_first})(?!{INSIDE})")

    def change(self, change: ResourceChange) -> ClassChange:
        """Give what a change has in common with that of other tenants."""
        keys = [key for key in KEY_IN_ADDRESS.findall(change.address) if key in self._inputs]
        return ClassChange(
            address=self._address(change.address),
            action=change.action,
            previous_address=change.previous_address and self._address(change.previous_address),
            is_imported=change.importing is not None,
            attributes=tuple(self.attribute(difference, keys) for difference in _telling(change)),
        )

    def attribute(self, change: AttributeChange, keys: Sequence[str] = ()) -> ClassAttribute:
        """Give what an attribute's change has in common with that of other tenants."""
        return ClassAttribute(
            name=self._text(change.name, keys),
            before=None if change.after == KNOWN_LATER else self._value(change.before, keys),
            after=self._value(change.after, keys),
            forces_replacement=change.forces_replacement,
        )

    def _value(self, value: Json, keys: Sequence[str]) -> Json:
        if isinstance(value, str):
            return self._text(value, keys)
        if isinstance(value, dict):
            return {self._text(key, keys): self._value(inner, keys) for key, inner in value.items()}
        return [self._value(inner, keys) for inner in value] if isinstance(value, list) else value

    def _text(self, text: str, keys: Sequence[str] = ()) -> str:
        """Take the tenant's own out of a text; marks keep what is put in from being taken for the tenant's."""
        put_in: list[str] = []
        text = self._identifiers.sub(lambda match: mark(self._own[match[0]], put_in), text)
        for key in keys:
            text = re.sub(whole_word(key), mark(self._inputs[key], put_in), text)
        return str(filled(self._without_tenant(text), put_in, str))

    def _address(self, address: str) -> str:
        """Take the tenant's own out of an address: its id, and inputs that are keys in it."""
        pieces = KEY_IN_ADDRESS.split(address)
        pieces[::2] = map(self._text, pieces[::2])
        pieces[1::2] = (f'["{self._inputs.get(key) or self._text(key)}"]' for key in pieces[1::2])
        return "".join(pieces)

    def _without_tenant(self, text: str) -> str:
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


def _identifiers(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """List what AWS gave to resources that exist: the value, whose it is, and the attribute.

    Where several have the same, the last one counts: the owner of the ARN, or else of the id.
    """
    for preferred in ((), ("id",), ("arn",)):
        for change in reversed(plan.changes):
            for name, value in (change.before or {}).items():
                if (name in preferred or not preferred) and GIVEN_BY_AWS.fullmatch(name) and _is_identifier(value):
                    yield value, change.address, name


def _input_texts(tenant: Tenant) -> Iterator[tuple[str, str]]:
    """List the texts in what a tenant gives, keys of maps too, with the expressions for them."""
    for name, value in {**tenant.inputs, "account_role_arn": tenant.account_role}.items():
        yield from ((text, f"${{{path}}}") for text, path in _texts(value, f"var.{name}") if text)


def _texts(value: Json, path: str) -> Iterator[tuple[str, str]]:
    """List the texts in a value; of a list or a map, the path is that of any part: parts have no order here."""
    if isinstance(value, str):
        yield value, path
    elif isinstance(value, list):
        yield from (found for inner in value for found in _texts(inner, f"{path}[*]"))
    elif isinstance(value, dict):
        yield from ((key, f"keys({path})[*]") for key in value)
        yield from (found for inner in value.values() for found in _texts(inner, f"{path}[*]"))


def _identifies(text: str) -> bool:
    return _is_identifier(text) and IDENTIFYING.search(text) is not None


def _is_identifier(value: Json) -> bool:
    return isinstance(value, str) and len(value) >= SHORTEST_IDENTIFIER
