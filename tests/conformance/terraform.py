"""Plain terraform in a directory of its own, with local state and no init: the provider is attached by environment."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conformance.sandbox import REGION, Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.json_types import Json, JsonObject

_PLAN = "case.tfplan"
_IDLE = (["no-op"], ["read"])


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """A working directory, and what runs in it."""

    directory: Path
    sandbox: Sandbox

    def configure(self, config: JsonObject) -> None:
        """Write a configuration around the case's own blocks."""
        provider: JsonObject = {"region": REGION, "s3_use_path_style": True, "skip_metadata_api_check": "true"}
        if "default_tags" in config:
            provider["default_tags"] = [{"tags": config["default_tags"]}]
        document = {
            "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
            "provider": {"aws": [provider]},
            **{name: block for name, block in config.items() if name != "default_tags"},
        }
        (self.directory / "main.tf.json").write_text(json.dumps(document))

    def plan(self) -> Json:
        """Plan, and return the plan in the form of a recording; "error" if there is none."""
        if not self._run("plan", "-input=false", f"-out={_PLAN}"):
            return "error"
        shown = self._show(_PLAN)
        changes = [
            _change(item) for item in shown.get("resource_changes", ()) if item["change"]["actions"] not in _IDLE
        ]
        return {"changes": changes, "drift": [item["address"] for item in shown.get("resource_drift", ())]}

    def apply(self) -> str:
        """Apply the plan; return "ok" or "error"."""
        return _word(ok=self._run("apply", "-input=false", _PLAN))

    def destroy(self) -> str:
        """Destroy everything; return "ok" or "error"."""
        return _word(ok=self._run("destroy", "-input=false", "-auto-approve"))

    def reimport(self, address: str, identifier: str) -> str:
        """Remove an address from the state and import it again; return "ok" or "error"."""
        self._run("state", "rm", address)
        return _word(ok=self._run("import", "-input=false", address, identifier))

    def state(self) -> JsonObject:
        """Return the values in the state by address."""
        module = self._show().get("values", {}).get("root_module", {})
        return {item["address"]: item["values"] for item in module.get("resources", ())}

    def _show(self, *arguments: str) -> JsonObject:
        command = ["terraform", "show", "-json", *arguments]
        shown = subprocess.run(
            command, cwd=self.directory, env=self.sandbox.environment(), capture_output=True, check=True
        )
        document: JsonObject = json.loads(shown.stdout)
        return document

    def _run(self, verb: str, *arguments: str) -> bool:
        command = ["terraform", verb, *(["-no-color"] if verb != "state" else []), *arguments]
        done = subprocess.run(
            command, cwd=self.directory, env=self.sandbox.environment(), capture_output=True, text=True, check=False
        )
        with (self.directory / "terraform.log").open("a") as log:
            log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
        return done.returncode == 0


def _change(item: JsonObject) -> JsonObject:
    change = item["change"]
    told: JsonObject = {"address": item["address"], "actions": change["actions"]}
    if change["after"] is not None:
        told["after"] = change["after"]
    if change.get("replace_paths"):
        told["replace_paths"] = change["replace_paths"]
    if _has_true(change.get("after_unknown")):
        told["after_unknown"] = change["after_unknown"]
    return told


def _has_true(value: Json) -> bool:
    if isinstance(value, dict):
        return any(_has_true(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_true(item) for item in value)
    return value is True


def _word(*, ok: bool) -> str:
    return "ok" if ok else "error"
