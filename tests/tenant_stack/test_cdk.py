from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.tenant_stack.app import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

CDKTF = {"cdktf", "cdktf_cdktf_provider_aws", "constructs"}
SOURCES = ("main.py", "tenant_stack/**/*.py", "management_stack/**/*.py", "pipeline/**/*.py")


def imported_packages(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.split(".")[0] for name in names}


def test_cdktf_is_imported_in_one_place() -> None:
    importers = [path for source in SOURCES for path in PROJECT.glob(source) if imported_packages(path) & CDKTF]

    assert [str(path.relative_to(PROJECT)) for path in importers] == ["tenant_stack/cdk.py"]
