"""Checks inputs by the template's own variables, with the engine as the judge.

The variable blocks become a module, each tenant one call of it; a plan of that evaluates types, conversions and
validations exactly as the tenant's own plan will, with no provider, no state and no network.
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from pipeline.adapters.engine import Engine, EngineCommandError
from pipeline.errors import InvalidInputError
from pipeline.values.digests import canonical_json
from pipeline.values.workspace import variable_values

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from pipeline.json_types import Json, JsonObject
    from pipeline.values.manifest import TierManifest, Variable
    from pipeline.values.tenant import Tenant

MODULE: Final = "variables"
# "module.acme.var.size", "module.acme.size": how messages name a variable of the module call.
QUALIFIED: Final = re.compile(r"module\.([\w-]+)\.(?:var\.)?")
PLACES: Final = re.compile(
    r"\s*This was checked by the validation rule at \S+?:\d+,\d+-\d+\.?\s*|,? declared at \S+?:\d+,\d+-\d+,?"
)


def check_inputs(
    engine: Engine, tenants: Sequence[Tenant], tiers: Mapping[str, TierManifest], *, lacked: Container[str] = ()
) -> None:
    """Check the inputs of some tenants against their tiers' variables; raises InvalidInputError naming each fault.

    Nobody needs a value for those inputs that are known to be `lacked`.
    """
    values = [(tenant, variable_values(tenant, tiers[tenant.tier])) for tenant in tenants]
    with TemporaryDirectory(prefix="inputs-") as name:
        directory = Path(name)
        for tier in {tenant.tier for tenant in tenants}:
            module = directory / MODULE / tier
            module.mkdir(parents=True)
            blocks = {
                name: _block(variable, is_lacked=name in lacked) for name, variable in tiers[tier].variables.items()
            }
            (module / "main.tf.json").write_bytes(canonical_json({"variable": blocks}))
        for tenant, given in values:
            call = {"source": f"./{MODULE}/{tenant.tier}", **_literal(given)}
            document = {"module": {tenant.tenant_id: call}}
            (directory / f"{tenant.tenant_id}.tf.json").write_bytes(canonical_json(document))
        try:
            engine.get_modules(directory)
            engine.plan(directory)
        except EngineCommandError as error:
            raise _fault(error) from error


def _block(variable: Variable, *, is_lacked: bool) -> JsonObject:
    return {"type": variable.type, "default": None} if is_lacked else variable.declaration


def _literal(value: Json) -> Json:
    """Write a value so that the engine does not read templates into its strings."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, dict):
        return {_literal(key): _literal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_literal(item) for item in value]
    return value


def _fault(error: EngineCommandError) -> InvalidInputError:
    found = [_line(d.file, f"{d.summary}: {d.detail}") for d in error.diagnostics if d.severity == "error"]
    if not found:
        return InvalidInputError(error.message)
    return InvalidInputError(
        "\n  ".join(dict.fromkeys(found)), advice="pipeline template show tells each variable's rules"
    )


def _line(file: str | None, text: str) -> str:
    """Say a fault and whose it is: OpenTofu names the module's file where terraform names the tenant's."""
    qualified = QUALIFIED.search(text)
    tenant = qualified[1] if qualified else Path(file).name.removesuffix(".tf.json") if file else None
    where = f"tenant {tenant}: " if tenant else ""
    return where + " ".join(PLACES.sub("", QUALIFIED.sub("", text)).split())
