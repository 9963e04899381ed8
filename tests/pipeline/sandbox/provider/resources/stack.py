"""Terraform as the tests of types want it: what has to work fails the test with terraform's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.json_types import JsonObject
    from tests.conformance.terraform import Terraform


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One configuration and its state."""

    terraform: Terraform

    @property
    def log(self) -> str:
        """Everything that terraform has said so far."""
        return (self.terraform.directory / "terraform.log").read_text()

    def apply(self, config: JsonObject) -> JsonObject:
        """Apply a configuration; return the values in the state by address."""
        self.terraform.configure(config)
        assert self.terraform.plan() != "error", self.log
        assert self.terraform.apply() == "ok", self.log
        return self.state()

    def converges(self, address: str, configs: Iterable[JsonObject]) -> JsonObject:
        """Create an address, change it in place from configuration to configuration, each of which has to converge."""
        for number, config in enumerate(configs):
            self.terraform.configure(config)
            assert self.changes().get(address) == ["update" if number else "create"], self.log
            self.apply(config)
            assert self.changes() == {}, self.log
        state: JsonObject = self.state()[address]
        return state

    def refused(self, config: JsonObject) -> str:
        """Try a configuration that must not work; return what terraform said."""
        self.terraform.configure(config)
        assert self.terraform.plan() == "error" or self.terraform.apply() == "error", self.log
        return self.log

    def changes(self) -> dict[str, list[str]]:
        """Plan; return the actions by address, of what changes."""
        plan = self.terraform.plan()
        assert isinstance(plan, dict), self.log
        return {change["address"]: change["actions"] for change in plan["changes"]}

    def reimport(self, address: str, identifier: str) -> JsonObject:
        """Forget an address and import it; return the values in the state by address."""
        assert self.terraform.reimport(address, identifier) == "ok", self.log
        return self.state()

    def state(self) -> JsonObject:
        """Return the values in the state by address."""
        return self.terraform.state()

    def destroy(self) -> None:
        """Destroy everything."""
        assert self.terraform.destroy() == "ok", self.log
