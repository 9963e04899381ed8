from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.adapters.engine import PLAN_FILE, Engine
from pipeline.adapters.plan_file import UnknownPlanFormatError, read_plan_file
from pipeline.adapters.plans import plan_from_json
from pipeline.errors import EngineError
from pipeline.values.plan import Action, Plan

BASE: dict[str, Any] = {
    "variable": {"secret": {"type": "string", "sensitive": True, "default": "hush"}},
    "resource": {
        "terraform_data": {
            "kept": {"input": {"text": "ä", "number": 1.5, "list": [1, None, "x"], "flag": True}},
            "changed": {"input": "before"},
            "replaced": {"input": 1, "triggers_replace": ["before"]},
            "counted": {"count": 2, "input": "${count.index}"},
            "keyed": {"for_each": {"a.b": 1, "c": 2}, "input": "${each.value}"},
            "secretive": {"input": "${var.secret}"},
            "deleted": {"input": "x"},
            "old_name": {"input": "moved"},
        }
    },
    "output": {
        "kept": {"value": 1},
        "changed": {"value": "a"},
        "hidden": {"value": "${var.secret}", "sensitive": True},
    },
}


def changed() -> dict[str, Any]:
    config: dict[str, Any] = json.loads(json.dumps(BASE))
    data = config["resource"]["terraform_data"]
    data["changed"]["input"] = "after"
    data["replaced"]["triggers_replace"] = ["after"]
    data["created"] = {"input": "${terraform_data.changed.output}"}
    data["before_destroy"] = {"input": 1, "lifecycle": {"create_before_destroy": True}}
    data["secretive"]["input"] = "${var.secret}!"
    data["new_name"] = data.pop("old_name")
    del data["deleted"]
    data["counted"]["count"] = 1
    config["moved"] = [{"from": "terraform_data.old_name", "to": "terraform_data.new_name"}]
    config["output"]["changed"]["value"] = "b"
    config["output"]["added"] = {"value": "${terraform_data.created.id}"}
    return config


def engine() -> Engine:
    found = Engine(Path.cwd())
    try:
        _ = found.binary
    except EngineError as error:
        pytest.skip(error.message)
    return found


@pytest.fixture
def applied(tmp_path: Path) -> tuple[Engine, Path]:
    tool = engine()
    (tmp_path / "main.tf.json").write_text(json.dumps(BASE))
    tool.init(tmp_path)
    tool.plan(tmp_path)
    tool.apply(tmp_path)
    return tool, tmp_path


def comparable(plan: Plan) -> Plan:
    """Sensitivity stands in other forms in the two; what follows from it is compared by what is shown."""
    changes = tuple(
        replace(c, before_sensitive=None, after_sensitive=None) for c in sorted(plan.changes, key=lambda c: c.address)
    )
    return replace(plan, changes=changes, drift=())


def assert_equal_readings(tool: Engine, directory: Path) -> Plan:
    ours = read_plan_file(directory / PLAN_FILE)
    theirs = plan_from_json(tool.show_plan(directory))
    assert comparable(ours) == comparable(theirs)
    shown = {c.address: c.attributes for c in ours.changes}
    assert shown == {c.address: c.attributes for c in theirs.changes}
    return ours


def test_create_reads_the_same(tmp_path: Path) -> None:
    tool = engine()
    (tmp_path / "main.tf.json").write_text(json.dumps(BASE))
    tool.init(tmp_path)
    tool.plan(tmp_path)
    plan = assert_equal_readings(tool, tmp_path)
    assert plan.worst_action is Action.CREATE
    assert plan.count(Action.CREATE) == 10


def test_every_kind_of_change_reads_the_same(applied: tuple[Engine, Path]) -> None:
    tool, directory = applied
    (directory / "main.tf.json").write_text(json.dumps(changed()))
    tool.plan(directory)
    plan = assert_equal_readings(tool, directory)
    assert {change.action for change in plan.changes} >= {
        Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE, Action.NO_OP
    }  # fmt: skip
    assert plan.worst_action is Action.DELETE
    assert plan.changed_outputs == ("added", "changed")


def test_nothing_to_do_is_empty(applied: tuple[Engine, Path]) -> None:
    tool, directory = applied
    tool.plan(directory)
    assert assert_equal_readings(tool, directory).is_empty


def test_changed_outputs_alone_are_not_empty(applied: tuple[Engine, Path]) -> None:
    tool, directory = applied
    config = json.loads(json.dumps(BASE))
    config["output"]["kept"]["value"] = 2
    (directory / "main.tf.json").write_text(json.dumps(config))
    tool.plan(directory)
    plan = assert_equal_readings(tool, directory)
    assert plan.changed_outputs == ("kept",)
    assert not plan.is_empty


def test_destroy_reads_the_same(applied: tuple[Engine, Path]) -> None:
    tool, directory = applied
    tool.plan(directory, "-destroy")
    plan = assert_equal_readings(tool, directory)
    assert plan.count(Action.DELETE) == 10


def test_sensitive_values_are_never_shown(applied: tuple[Engine, Path]) -> None:
    tool, directory = applied
    (directory / "main.tf.json").write_text(json.dumps(changed()))
    tool.plan(directory)
    plan = read_plan_file(directory / PLAN_FILE)
    (change,) = (change for change in plan.changes if change.address == "terraform_data.secretive")
    assert "hush" not in repr(change.attributes)


@pytest.mark.parametrize("content", [b"not a zip", None])
def test_what_is_no_plan_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / PLAN_FILE
    if content is None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("something", "else")
    else:
        path.write_bytes(content)
    with pytest.raises(UnknownPlanFormatError):
        read_plan_file(path)


@pytest.mark.parametrize(("field", "version"), [(4, b"1.11.4"), (3, b"1.99.0"), (3, b"0.12.0")])
def test_an_unknown_format_or_engine_is_refused(tmp_path: Path, field: int, version: bytes) -> None:
    path = tmp_path / PLAN_FILE
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tfplan", bytes([1 << 3, field, 14 << 3 | 2, len(version)]) + version)
    with pytest.raises(UnknownPlanFormatError):
        read_plan_file(path)
