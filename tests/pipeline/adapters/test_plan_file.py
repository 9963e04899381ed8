"""The reader of plan files, held against what the engine itself shows of the same plans."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from pipeline.adapters.plan_file import EngineName, read_plan_file
from pipeline.values.plan import Action, PlanMode, UnknownPlanFormatError
from tests.pipeline.engine_directory import NOTHING_TO_DO, SOMETHING_TO_DO, read_both_ways

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.json_types import JsonObject
    from tests.pipeline.engine_directory import EngineDirectory

ONE = """
resource "terraform_data" "one" {
  input            = "x"
  triggers_replace = ["a"]
}

output "it" {
  value = "x"
}
"""
CREATED_FIRST = ONE.replace("triggers", "lifecycle {\n create_before_destroy = true\n }\n triggers")
MOVED = ONE.replace('"one"', '"two"') + "moved {\n from = terraform_data.one\n to = terraform_data.two\n}\n"
FORGOTTEN = "removed {\n from = terraform_data.one\n lifecycle {\n destroy = false\n }\n}\n"
IMPORTED = ONE + 'import {\n to = terraform_data.two\n id = "by-hand"\n}\nresource "terraform_data" "two" {}\n'
READ_LATER = """
data "terraform_remote_state" "late" {
  backend  = "local"
  config   = { path = "nowhere" }
  defaults = { made = timestamp() }
}
"""
READ_NOW = """
data "terraform_remote_state" "now" {
  backend = "local"
  config  = { path = "another.tfstate" }
}
"""


ANOTHER_STATE = json.dumps(
    {"version": 4, "serial": 1, "lineage": "l", "terraform_version": "1.10.0", "outputs": {}, "resources": []}
)


def leave_a_deposed_object(state: JsonObject) -> None:
    """Do to a state what a replacement does that could not destroy the old object."""
    (resource,) = state["resources"]
    resource["instances"].append(resource["instances"][0] | {"deposed": "0123abcd"})


def taint(state: JsonObject) -> None:
    """Mark the object in a state as one whose creation failed."""
    state["resources"][0]["instances"][0]["status"] = "tainted"


def keep(_state: JsonObject) -> None:
    """Leave a state as it is."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A plan to make: of a configuration, over what was applied before it."""

    planned: str
    applied: str = ONE
    edit: Callable[[JsonObject], None] = keep
    arguments: tuple[str, ...] = ()
    mode: PlanMode = PlanMode.NORMAL
    actions: dict[str, Action] = field(default_factory=dict)
    """What must be found, but for what does nothing."""
    exit_code: int = SOMETHING_TO_DO


CASES = {
    "create": Case(applied="", planned=ONE, actions={"terraform_data.one": Action.CREATE}),
    "no-op": Case(planned=ONE, exit_code=NOTHING_TO_DO),
    "update": Case(
        planned=ONE.replace('input            = "x"', "input = 1"), actions={"terraform_data.one": Action.UPDATE}
    ),
    "replace": Case(planned=ONE.replace('["a"]', '["b"]'), actions={"terraform_data.one": Action.REPLACE}),
    "replace-created-first": Case(
        applied=CREATED_FIRST,
        planned=CREATED_FIRST.replace('["a"]', '["b"]'),
        actions={"terraform_data.one": Action.REPLACE},
    ),
    "replace-by-request": Case(
        planned=ONE, arguments=("-replace=terraform_data.one",), actions={"terraform_data.one": Action.REPLACE}
    ),
    "replace-tainted": Case(planned=ONE, edit=taint, actions={"terraform_data.one": Action.REPLACE}),
    "delete": Case(planned='output "it" {\n value = "x"\n}\n', actions={"terraform_data.one": Action.DELETE}),
    "delete-deposed": Case(planned=ONE, edit=leave_a_deposed_object, actions={"terraform_data.one": Action.DELETE}),
    "destroy": Case(
        applied=ONE + READ_NOW,
        planned=ONE + READ_NOW,
        arguments=("-destroy",),
        mode=PlanMode.DESTROY,
        actions={"terraform_data.one": Action.DELETE},
    ),
    "forget": Case(planned=FORGOTTEN, actions={"terraform_data.one": Action.FORGET}),
    "import": Case(planned=IMPORTED),
    "move": Case(planned=MOVED),
    "move-refresh-only": Case(
        planned=MOVED, arguments=("-refresh-only",), mode=PlanMode.REFRESH_ONLY, exit_code=NOTHING_TO_DO
    ),
    "output-only": Case(planned=ONE.replace('value = "x"', "value = [1]")),
    "output-only-refresh-only": Case(
        planned=ONE.replace('value = "x"', "value = [1]"), arguments=("-refresh-only",), mode=PlanMode.REFRESH_ONLY
    ),
    "output-gone": Case(planned=ONE.split("output", maxsplit=1)[0]),
    "read-now": Case(applied=READ_NOW, planned=READ_NOW, exit_code=NOTHING_TO_DO),
    "read-later": Case(planned=ONE + READ_LATER, actions={"data.terraform_remote_state.late": Action.READ}),
    "sensitivity-only": Case(
        planned=ONE.replace('"x"', 'sensitive("x")', 1), actions={"terraform_data.one": Action.UPDATE}
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_both_readers_read_the_same(case: Case, directory: EngineDirectory) -> None:
    (directory.path / "another.tfstate").write_text(ANOTHER_STATE)
    directory.configure(case.applied)
    directory.apply()
    directory.edit_state(case.edit)
    directory.configure(case.planned)

    saved = directory.plan(*case.arguments)

    plan = read_both_ways(saved, case.mode)
    assert saved.exit_code == case.exit_code
    assert {c.address: c.action for c in plan.changes if c.action is not Action.NO_OP} == case.actions


@pytest.mark.parametrize("content", [b"not a zip", None])
def test_what_is_no_plan_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "saved.tfplan"
    if content is None:
        with ZipFile(path, "w") as archive:
            archive.writestr("something", "else")
    else:
        path.write_bytes(content)

    with pytest.raises(UnknownPlanFormatError):
        read_plan_file(path, EngineName.TERRAFORM)


@pytest.mark.parametrize(("number", "version"), [(4, b"1.11.4"), (3, b"1.99.0"), (3, b"0.12.0"), (3, b"2.0.0-beta")])
def test_an_unknown_format_or_engine_is_refused(tmp_path: Path, number: int, version: bytes) -> None:
    path = tmp_path / "saved.tfplan"
    with ZipFile(path, "w") as archive:
        archive.writestr("tfplan", bytes([1 << 3, number, 14 << 3 | 2, len(version)]) + version)

    with pytest.raises(UnknownPlanFormatError):
        read_plan_file(path, EngineName.TERRAFORM)
