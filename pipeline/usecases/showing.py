"""Tenants as they are shown: the values of inputs that the template calls sensitive stay hidden."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.errors import NotFoundError
from pipeline.values.plan_differences import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.adapters.template_store import TemplateStore
    from pipeline.json_types import JsonObject
    from pipeline.values.identifiers import TemplateVersion
    from pipeline.values.manifest import TierManifest, Variable
    from pipeline.values.tenant import Tenant


@dataclass(frozen=True, kw_only=True)
class Showing:
    """Hides what is sensitive; each version's manifest is read once, for however many tenants."""

    templates: TemplateStore
    _tiers: dict[TemplateVersion | None, Mapping[str, TierManifest]] = field(default_factory=dict)

    def shown(self, tenant: Tenant) -> Tenant:
        """Give a tenant with its sensitive inputs hidden: those of its row, and those that it was applied with."""
        applied = tenant.applied
        if not (tenant.inputs or (applied and applied.inputs)):
            return tenant
        declared = list(self._declared(tenant))
        if applied is not None and applied.inputs is not None:
            applied = replace(applied, inputs=_hidden(applied.inputs, declared))
        return replace(tenant, inputs=_hidden(tenant.inputs, declared), applied=applied)

    def _declared(self, tenant: Tenant) -> Iterator[Variable]:
        """List the inputs that the tenant's versions declare; None is the stable one."""
        versions = {None, tenant.pinned, tenant.previous, tenant.applied.version if tenant.applied else None}
        for version in versions:
            if version not in self._tiers:
                self._tiers[version] = self._read(version)
            for name in {tenant.tier, tenant.as_applied.tier} & set(self._tiers[version]):
                yield from self._tiers[version][name].inputs.values()

    def _read(self, version: TemplateVersion | None) -> Mapping[str, TierManifest]:
        try:
            return self.templates.manifest(version or self.templates.required_stable()).tiers
        except NotFoundError:
            return {}


def _hidden(inputs: JsonObject, declared: list[Variable]) -> JsonObject:
    """Hide also what no version at hand declares: nobody can say whether it is sensitive."""
    sensitive = {variable.name for variable in declared if variable.sensitive}
    harmless = {variable.name for variable in declared} - sensitive
    return {name: value if name in harmless else HIDDEN for name, value in inputs.items()}
