"""Replays one recorded case: the same steps, by real terraform, against the provider stand-in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from tests.conformance.comparison import ANYTHING, Difference, differences
from tests.conformance.sandbox import REGION, Sandbox
from tests.conformance.terraform import Terraform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.json_types import JsonObject

CASES = Path(__file__).parent / "cases"
_ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """How a case went."""

    name: str
    steps: int
    """How many steps there are that can differ: all but calls behind terraform's back."""
    found: tuple[Difference, ...]

    @property
    def equal_steps(self) -> int:
        """How many steps are as recorded."""
        return self.steps - len({difference.step for difference in self.found})


def case_names() -> list[str]:
    """Return the names of all cases."""
    return sorted(path.stem for path in CASES.glob("*.json"))


def replay(name: str, sandbox: Sandbox, directory: Path) -> CaseResult:
    """Replay a case in an empty directory, on an empty AWS."""
    case: JsonObject = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    volatile = {tuple(path) for path in case["volatile"]}
    sandbox.reset()
    terraform = Terraform(directory=directory, sandbox=sandbox)
    found: list[Difference] = []
    for number, step in enumerate(case["steps"]):
        if step["kind"] == "call":
            _call(sandbox, step)
        else:
            found += differences(number, _expected(step), _perform(terraform, step), volatile)
    steps = sum(step["kind"] != "call" for step in case["steps"])
    return CaseResult(name=name, steps=steps, found=tuple(found))


def _expected(step: JsonObject) -> JsonObject:
    """Return a step as it has to go: where moto's gap kept the real provider from converging, ours is mended."""
    again = step.get("again")
    if again and again != _ERROR and again["changes"] and step["apply"] == "ok":
        return step | {"again": {"changes": [], "drift": ANYTHING}}
    return step


def _perform(terraform: Terraform, step: JsonObject) -> JsonObject:
    match step["kind"]:
        case "destroy":
            return {"apply": terraform.destroy()}
        case "import":
            terraform.configure(step["config"])
            return {"import": dict(_imports(terraform, step["ids"])), **_plan_and_apply(terraform)}
        case _:
            terraform.configure(step["config"])
            return _plan_and_apply(terraform)


def _imports(terraform: Terraform, ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    state = terraform.state()
    for address, template in ids.items():
        identifier = re.sub(r"\{([^{}]+)\.([^.{}]+)\}", lambda found: str(state[found[1]][found[2]]), template)
        yield address, terraform.reimport(address, identifier)


def _plan_and_apply(terraform: Terraform) -> JsonObject:
    plan = terraform.plan()
    if plan == _ERROR:
        return {"plan": _ERROR}
    applied = terraform.apply()
    return {"plan": plan, "apply": applied, "state": terraform.state(), "again": terraform.plan()}


def _call(sandbox: Sandbox, step: JsonObject) -> None:
    client = boto3.client(
        step["service"],
        endpoint_url=sandbox.endpoint,
        region_name=REGION,
        aws_access_key_id="fake",
        aws_secret_access_key="fake",
    )
    getattr(client, step["method"])(**step["args"])
