"""How one argument's old and wanted value become a planned one, as the real provider's SDK decides it.

The rules look odd because they are those of a library older than terraform's type system, which keeps every value as
text. The ones that people meet: null and a zero value are the same, so removing an argument whose old value is zero
is no change; an optional and computed argument that is left out keeps what it has; what is computed and not there yet
is unknown; a changed set plans every element of it anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, TypeAlias

from pipeline.sandbox.provider.comparison import configured, filled, set_code
from pipeline.sandbox.provider.schema import Field, Fields, Kind
from pipeline.sandbox.provider.values import UNKNOWN, Object, Value, is_wholly_known, is_zero

if TYPE_CHECKING:
    from collections.abc import Iterable

Path: TypeAlias = tuple[str | int, ...]
"""Where in a resource: attribute names, list indices and map keys."""


@dataclass(frozen=True, kw_only=True)
class FieldPlan:
    """What becomes of one argument."""

    value: Value
    changed: bool = False
    """Whether there is anything to do for it; a resource without any is left as it is."""
    replaces: tuple[Path, ...] = ()
    """Where a change was found that an update cannot make."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the decision about an argument needs to know about its surroundings."""

    path: Path
    exists: bool
    """Whether there is a resource already."""
    every: bool = False
    """Whether all values count as differences: inside a changed set."""
    decided: bool = False
    """Whether the wanted value comes from the type's own code and not from the configuration."""

    def at(self, step: str | int) -> Scope:
        """Return the scope of something inside, which a set's elements are not: they have no address."""
        return self if self.every else replace(self, path=(*self.path, step))


def plan_field(field: Field, old: Value, wanted: Value, scope: Scope) -> FieldPlan:
    """Plan one argument from its stored value (None: nothing stored) and its wanted one (None: not set)."""
    match field.kind:
        case Kind.LIST:
            return _plan_list(field, old, wanted, scope)
        case Kind.SET:
            return _plan_set(field, old, wanted, scope)
        case Kind.MAP:
            return _plan_map(field, old, wanted, scope)
        case _:
            return _plan_primitive(field, old, wanted, scope)


def _plan_primitive(field: Field, old: Value, wanted: Value, scope: Scope) -> FieldPlan:
    new = field.default if wanted is None else wanted
    unknown = new is UNKNOWN
    if field.behaviour.normalize and new is not None and not unknown:
        new = field.behaviour.normalize(new)
    before = _text(field, old)
    after = _text(field, field.zero() if new is None and old is not None else new)
    same = before == after and not scope.every and not unknown
    if same and (before or scope.exists or not field.computed):
        return _kept(field, old)
    removed = old is not None and new is None
    if removed and field.computed:
        return _kept(field, old)
    computed = unknown or (field.computed and not removed and not after)
    replaces = (scope.path,) if field.force_new and (before != after or computed) else ()
    emptied = before and not after and not removed
    if field.computed and emptied and not scope.decided:
        return _kept(field, old)
    if field.behaviour.suppress and not unknown and field.behaviour.suppress(before, after):
        return FieldPlan(value=old, changed=True) if scope.every else _kept(field, old)
    if computed:
        return FieldPlan(value=UNKNOWN, changed=True, replaces=replaces)
    if new is None:
        new = "" if field.kind is Kind.STRING and not removed else None
    return FieldPlan(value=new, changed=True, replaces=replaces)


def _text(field: Field, value: Value) -> str:
    """Return a value as the SDK compares it, with "" for nothing."""
    if value is None or value is UNKNOWN:
        return "" if value is None else UNKNOWN.value
    if field.kind is Kind.BOOL:
        return "true" if value else "false"
    return str(value)


def _kept(field: Field, old: Value) -> FieldPlan:
    return FieldPlan(value="" if old is None and field.required and field.kind is Kind.STRING else old)


def _plan_map(field: Field, old: Value, wanted: Value, scope: Scope) -> FieldPlan:
    here = (scope.path,) if field.force_new else ()
    if not is_wholly_known(wanted) or (not wanted and field.computed and old is None):
        return FieldPlan(value=UNKNOWN, changed=True, replaces=here)
    before, after = old or {}, wanted or {}
    if (wanted is None and field.computed) or (before == after and not (scope.every and after)):
        return FieldPlan(value=old)
    return FieldPlan(value=dict(after), changed=True, replaces=here if before != after else ())


def _plan_list(field: Field, old: Value, wanted: Value, scope: Scope) -> FieldPlan:
    if field.block and wanted == []:
        wanted = None
    if wanted is UNKNOWN:
        return FieldPlan(value=UNKNOWN, changed=True, replaces=(scope.path,) if field.force_new else ())
    if wanted is None and old is not None and field.computed:
        return FieldPlan(value=old)
    before, after = old or [], wanted or []
    if wanted is not None and not scope.every and before == filled(field, configured(field, after)):
        return FieldPlan(value=old)
    if not before and not after and field.computed:
        return FieldPlan(value=UNKNOWN, changed=True, replaces=(scope.path,) if field.force_new else ())
    kept = field.behaviour.keep_missing_block and len(before) == 1 and not after
    resized = len(before) != len(after) and not kept
    pairs = zip_longest(before, after)
    plans = [_plan_element(field, *pair, scope.at(index)) for index, pair in enumerate(pairs)]
    if not (resized or scope.every or any(plan.changed for plan in plans)):
        return FieldPlan(value=[] if field.block and old is None else old)
    own = (scope.path,) if field.force_new and resized else ()
    count = len(before) if kept else len(after)
    return FieldPlan(value=[plan.value for plan in plans[:count]], changed=True, replaces=_all_replaces(own, plans))


def _plan_element(field: Field, old: Value, wanted: Value, scope: Scope) -> FieldPlan:
    if wanted is UNKNOWN:
        return FieldPlan(value=UNKNOWN, changed=True, replaces=(scope.path,) if field.force_new else ())
    if field.fields is None:
        element = Field(kind=field.element or Kind.STRING, optional=True, force_new=field.force_new)
        plan = _plan_primitive(element, old, wanted, scope)
        trimmed = tuple(path[:-1] if isinstance(path[-1], int) else path for path in plan.replaces)
        return replace(plan, replaces=trimmed)
    return plan_object(field.fields, old, wanted, scope)


def plan_object(fields: Fields, old: Object | None, wanted: Object | None, scope: Scope) -> FieldPlan:
    """Plan every argument of an object: a block, or a whole resource."""
    before, after = old or {}, wanted or {}
    plans = {
        name: plan_field(field, before.get(name), after.get(name), scope.at(name)) for name, field in fields.items()
    }
    return FieldPlan(
        value={name: plan.value for name, plan in plans.items()},
        changed=any(plan.changed for plan in plans.values()),
        replaces=_all_replaces((), plans.values()),
    )


def _plan_set(field: Field, old: Value, wanted: Value, scope: Scope) -> FieldPlan:
    if field.block and wanted == []:
        wanted = None
    if wanted is None and old is not None and field.computed:
        return FieldPlan(value=old)
    here = (scope.path,) if field.force_new else ()
    if wanted is UNKNOWN or (wanted is None and field.computed):
        return FieldPlan(value=UNKNOWN, changed=True, replaces=here)
    before = {set_code(field, item): item for item in old or []}
    meant = filled(field, configured(field, wanted or []))
    after = {set_code(field, item): given for item, given in zip(meant, wanted or [], strict=True)}
    if set(before) == set(after) and not scope.every:
        return FieldPlan(value=[] if field.block and old is None else old)
    plans = [_plan_element(field, before.get(code), item, replace(scope, every=True)) for code, item in after.items()]
    lost = [item for code, item in before.items() if code not in after]
    fixed = field.force_new and (len(before) != len(after) or (lost and field.fields is None))
    own = (scope.path,) if fixed or any(_had_fixed(field, item) for item in lost) else ()
    return FieldPlan(value=[plan.value for plan in plans], changed=True, replaces=_all_replaces(own, plans))


def plan_framework_field(field: Field, old: Value, wanted: Value, scope: Scope) -> FieldPlan:
    """Plan one argument of a type that is written on the plugin framework: nothing is read into null or empty."""
    new = wanted
    if wanted is None and field.computed:
        new = old if scope.exists else UNKNOWN
    changed = bool(new != old) or new is UNKNOWN
    return FieldPlan(value=new, changed=changed, replaces=(scope.path,) if changed and field.force_new else ())


def _had_fixed(field: Field, item: Value) -> bool:
    """Tell whether an element that goes away had something that an update cannot change."""
    return any(
        inner.force_new and not inner.computed and not is_zero(item.get(name))
        for name, inner in (field.fields or {}).items()
    )


def _all_replaces(own: tuple[Path, ...], plans: Iterable[FieldPlan]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(chain(own, *(plan.replaces for plan in plans))))
