from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from click.testing import CliRunner

from pipeline.cli import pipeline
from pipeline.settings import Settings
from tests.pipeline.projects import write_settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_list_can_be_copied_into_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(tmp_path, "shown")
    monkeypatch.chdir(tmp_path)

    shown = CliRunner().invoke(pipeline, ["config", "show"]).output

    (line,) = (line for line in shown.splitlines() if line.startswith("template_sources"))
    value = line.removeprefix("template_sources").removesuffix("default").strip()
    assert tomllib.loads(f"x = {value}") == {"x": list(Settings.template_sources)}
