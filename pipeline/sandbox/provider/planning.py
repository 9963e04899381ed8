"""What a resource would become: the plan that the real provider answers with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pipeline.sandbox.provider.comparison import equivalent_objects, filled
from pipeline.sandbox.provider.field_plan import FieldPlan, Path, Scope, plan_field, plan_framework_field
from pipeline.sandbox.provider.nulls import Stage, restore_nulls
from pipeline.sandbox.provider.values import UNKNOWN, Object, Value

if TYPE_CHECKING:
    from pipeline.sandbox.provider.schema import Field, Fields, TypeSchema

ID = "id"
TIMEOUTS = "timeouts"


@dataclass(frozen=True, kw_only=True)
class ResourcePlan:
    """The planned state of a resource, and the paths whose change needs a new resource."""

    planned: Object
    replaces: tuple[Path, ...] = ()


class Draft:
    """A plan in the making, for the code of one type that looks at it and changes it."""

    def __init__(self, schema: TypeSchema, *, prior: Object | None, proposed: Object, config: Object) -> None:
        self.schema = schema
        self.config = config
        self.proposed = proposed
        self.is_create = prior is None
        self._prior = {} if prior is None else filled_top(schema, prior)
        self._plan = plan_framework_field if schema.framework else plan_field
        self._plans = {
            name: self._plan(field, self._prior.get(name), proposed.get(name), self._scope(name))
            for name, field in schema.fields.items()
            if name != ID
        }

    def old(self, name: str) -> Value:
        """Return what is stored, with a zero value for nothing."""
        stored = self._prior.get(name)
        return self._field(name).zero() if stored is None else stored

    def new(self, name: str) -> Value:
        """Return what is planned, with a zero value for nothing; it may be `UNKNOWN`."""
        planned = self._plans[name].value
        return self._field(name).zero() if planned is None else planned

    def known(self, name: str) -> Value:
        """Return what is planned as the real provider's code sees it: a zero value for what is not known yet."""
        new = self.new(name)
        return self._field(name).zero() if new is UNKNOWN else new

    def changes(self, name: str) -> bool:
        """Tell whether the planned value differs from the stored one; an unknown one counts as a zero value."""
        return bool(self.old(name) != self.known(name))

    def decide(self, name: str, value: Value) -> None:
        """Plan this value, which may be `UNKNOWN`, for a computed attribute."""
        scope = Scope(path=(name,), exists=not self.is_create, decided=True)
        self._plans[name] = self._plan(self._field(name), self._prior.get(name), value, scope)

    def keep(self, name: str) -> None:
        """Plan no change of this attribute."""
        self._plans[name] = FieldPlan(value=self._prior.get(name))

    def require_replacement(self, name: str) -> None:
        """Say that the change of this attribute needs a new resource."""
        plan = self._plans[name]
        self._plans[name] = FieldPlan(value=plan.value, changed=plan.changed, replaces=((name,),))

    @property
    def changed(self) -> bool:
        """Whether anything would be done at all."""
        return self.is_create or any(plan.changed for plan in self._plans.values())

    @property
    def replaces(self) -> tuple[Path, ...]:
        """The paths whose change needs a new resource."""
        return tuple(path for plan in self._plans.values() for path in plan.replaces)

    def planned(self) -> Object:
        """Return the planned values, the id included."""
        values = {name: plan.value for name, plan in self._plans.items()}
        return values | {ID: self._prior.get(ID) or UNKNOWN}

    def _field(self, name: str) -> Field:
        return self.schema.fields[name]

    def _scope(self, name: str) -> Scope:
        return Scope(path=(name,), exists=not self.is_create)


Customize: TypeAlias = Callable[[Draft], None]
"""The code of one type that looks at a plan and changes it; it raises `ProviderError` to refuse it."""


def plan_resource(
    schema: TypeSchema, *, prior: Object | None, proposed: Object, config: Object, customize: Customize
) -> ResourcePlan:
    """Plan a create (no prior state) or an update from what terraform proposes."""
    draft = Draft(schema, prior=prior, proposed=proposed, config=config)
    customize(draft)
    if prior is not None and not draft.changed:
        return ResourcePlan(planned=prior)
    planned = with_timeouts(schema, spelled_like(schema, draft.planned(), proposed, Stage.PLAN_OR_READ), proposed)
    if prior is None:
        return ResourcePlan(planned=_with_unknowns(schema.fields, planned) | _timeouts_of(planned))
    if _nothing_new(schema, prior, planned):
        return ResourcePlan(planned=prior)
    # terraform drops the id from the paths again unless it becomes unknown; the real provider always names it
    return ResourcePlan(planned=planned, replaces=(*draft.replaces, (ID,)) if draft.replaces else ())


def filled_top(schema: TypeSchema, value: Object) -> Object:
    """Give what stands in the blocks of a resource zero values for nulls; its own attributes keep them."""
    if schema.framework:
        return dict(value)
    return {name: filled(field, value.get(name)) for name, field in schema.fields.items()}


def spelled_like(schema: TypeSchema, value: Object, model: Object, stage: Stage) -> Object:
    """Return the object with nulls and empties as in the model; the framework has never lost them."""
    return value if schema.framework else restore_nulls(schema.fields, value, model, stage)


def with_timeouts(schema: TypeSchema, value: Object, model: Mapping[str, Value]) -> Object:
    """Return the object with the timeouts block of another one: no provider code ever changes it."""
    return value | {TIMEOUTS: model.get(TIMEOUTS)} if schema.timeouts else value


def _timeouts_of(value: Object) -> Object:
    return {TIMEOUTS: value[TIMEOUTS]} if TIMEOUTS in value else {}


def _nothing_new(schema: TypeSchema, prior: Object, planned: Object) -> bool:
    same_timeouts = prior.get(TIMEOUTS) == planned.get(TIMEOUTS)
    return same_timeouts and equivalent_objects(schema.fields, prior, planned)


def _with_unknowns(fields: Fields, value: Object) -> Object:
    """Make every computed attribute that has no value yet unknown, in blocks too."""
    return {name: _unknown_if_missing(field, value.get(name)) for name, field in fields.items()}


def _unknown_if_missing(field: Field, value: Value) -> Value:
    if value is None:
        return UNKNOWN if field.computed and not field.block else None
    if field.block and field.fields is not None and value is not UNKNOWN:
        inner = field.fields
        return [item if item is UNKNOWN else _with_unknowns(inner, item) for item in value]
    return value
