from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conformance.replay import case_names, replay

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.sandbox import Sandbox

KNOWN = json.loads((Path(__file__).parent / "differences.json").read_text())


@pytest.mark.parametrize("name", case_names())
def test_replays_as_recorded(
    name: str, sandbox: Sandbox, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    result = replay(name, sandbox, tmp_path)
    record_property("steps", result.steps)
    record_property("equal_steps", result.equal_steps)
    known = {(item["step"], item["part"]) for item in KNOWN if item["case"] == name}
    found = {(difference.step, difference.part) for difference in result.found}
    unknown = [item.describe() for item in result.found if (item.step, item.part) not in known]
    assert not unknown, "\n".join([f"{name} is not as recorded:", *unknown])
    assert found == known, f"no longer differences, take them out of differences.json: {known - found}"


def test_every_known_difference_names_a_case_and_a_reason() -> None:
    assert all(item["case"] in case_names() and item["reason"] for item in KNOWN)
