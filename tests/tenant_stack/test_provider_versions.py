"""The template keeps to arguments that both majors of the provider know, for it is released for both.

The bindings are made from 6.25 and would take everything that 6.25 knows; the stand-in's schemas are those of 5.46.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.json_types import Json, JsonObject

META_ARGUMENTS = {"//", "depends_on"}


@pytest.fixture(scope="module")
def schemas() -> JsonObject:
    found: JsonObject = json.loads(resources.files("pipeline.sandbox.provider").joinpath("schemas.json").read_bytes())
    return found


def unknown_arguments(block: Json, schema: JsonObject, path: str) -> Iterator[str]:
    """Give what an object, or each of a list of them, sets that its schema does not take."""
    for item in block if isinstance(block, list) else [block]:
        for name, value in item.items():
            field = schema["fields"].get(name)
            if field is None or not (field.get("required") or field.get("optional")):
                yield f"{path}.{name}"
            elif "fields" in field:
                yield from unknown_arguments(value, field, f"{path}.{name}")


def missing_arguments(block: Json, schema: JsonObject, path: str) -> Iterator[str]:
    """Give what a schema requires that an object, or one of a list of them, does not set."""
    for item in block if isinstance(block, list) else [block]:
        for name, field in schema["fields"].items():
            if field.get("required") and name not in item:
                yield f"{path}.{name}"
            elif "fields" in field and name in item:
                yield from missing_arguments(item[name], field, f"{path}.{name}")


def test_every_argument_is_known_and_none_is_missing(config: JsonObject, schemas: JsonObject) -> None:
    problems = [
        problem
        for section, known in (("resource", schemas["resources"]), ("data", schemas["data_sources"]))
        for kind, blocks in config[section].items()
        for name, block in blocks.items()
        for arguments in [{key: value for key, value in block.items() if key not in META_ARGUMENTS}]
        for check in (unknown_arguments, missing_arguments)
        for problem in check(arguments, known[kind], f"{kind}.{name}")
    ]

    assert problems == []


def test_the_provider_block_is_known(config: JsonObject, schemas: JsonObject) -> None:
    (provider,) = config["provider"]["aws"]
    dynamic = {name: block["content"] for name, block in provider["dynamic"].items()}
    arguments = {key: value for key, value in provider.items() if key != "dynamic"} | dynamic

    assert list(unknown_arguments(arguments, schemas["provider"], "provider.aws")) == []
