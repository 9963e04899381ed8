"""Directory: how a tenant's resources are found, by the application in SSM and by people in Terraform's outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenant_stack.cdk import Construct, SsmParameter, TerraformOutput

if TYPE_CHECKING:
    from collections.abc import Mapping


class Directory(Construct):
    """A parameter under a path and an output per entry; the entry `tables/orders` is `tables_orders` in Terraform."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        path: str,
        entries: Mapping[str, str],
        secrets: Mapping[str, str],
        key_arn: str | None,
    ) -> None:
        super().__init__(scope, id_)
        for name, value in entries.items():
            parameter = SsmParameter(self, name, name=f"{path}/{name}", type="String", value=value)
            parameter.override_logical_id(_identifier(name))
            _output(self, name, value, sensitive=None)
        for name, value in secrets.items():
            parameter = SsmParameter(
                self, name, name=f"{path}/{name}", type="SecureString", value=value, key_id=key_arn
            )
            parameter.override_logical_id(_identifier(name))
            _output(self, name, value, sensitive=True)
        where = TerraformOutput(self, "output", value=path, description="The path of the tenant's SSM parameters.")
        where.override_logical_id("parameter_path")


def _output(scope: Construct, entry: str, value: str, *, sensitive: bool | None) -> None:
    output = TerraformOutput(
        scope,
        f"output-{entry}",
        value=value,
        description=f"What the SSM parameter {entry} holds.",
        sensitive=sensitive,
    )
    output.override_logical_id(_identifier(entry))


def _identifier(entry: str) -> str:
    return entry.replace("/", "_").replace("-", "_")
