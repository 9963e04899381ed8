from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.sandbox import Sandbox, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One moto and one provider for each pytest worker."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many recorded steps went as recorded: the workers send it with their reports."""
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    properties = [dict(report.user_properties) for report in reports if report.when == "call"]
    steps = sum(item.get("steps", 0) for item in properties)
    if steps:
        equal = sum(item["equal_steps"] for item in properties if "equal_steps" in item)
        terminalreporter.write_line(f"conformance: {equal} of {steps} recorded steps equal")
