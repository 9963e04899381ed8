from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipeline.values.manifest import DEFAULT_PROTECTED_TYPES
from pipeline.values.tier_config import (
    addresses,
    describe,
    is_tier,
    problems,
    provider_blocks,
    tenant_tag,
    warnings,
    without_backend,
    without_metadata,
)
from tests.pipeline.projects import tier_config, variable

if TYPE_CHECKING:
    from pipeline.json_types import JsonObject

TOKEN = -8.109562212591382e298  # how CDKTF hands out a number that is not known yet
GARBAGE = [f"x-{TOKEN}", "x-TfToken[TOKEN.3]", "${TfToken[a]}", "<cdktf.X object at 0x7f52be8e2e10>"]


def test_a_sound_config_has_no_problems() -> None:
    assert problems(tier_config()) == []


@pytest.mark.parametrize("text", GARBAGE)
@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"output": {"a": {"value": "{}"}}}, "output.a.value"),
        ({"locals": {"a": [1, {"b": "{}"}]}}, "locals.a[1].b"),
        ({"resource": {"terraform_data": {"a": {"input": {"{}": 1}}}}}, "resource.terraform_data.a.input"),
    ],
)
def test_a_token_that_was_formatted_into_a_string_is_found(more: JsonObject, path: str, text: str) -> None:
    config = tier_config() | filled(more, text)

    assert problems(config) == [f"{path}: {text!r} is a token that was formatted into a string"]


@pytest.mark.parametrize("text", [str(int(TOKEN)), f"x-{TOKEN:.0f}"])
def test_a_token_in_full_digits_is_found_and_shown_in_short(text: str) -> None:
    (problem,) = problems(tier_config() | {"locals": {"a": text}})

    assert problem.startswith(f"locals.a: {text!r:.40}")
    assert problem.endswith("\N{HORIZONTAL ELLIPSIS} is a token that was formatted into a string")


@pytest.mark.parametrize("number", [TOKEN * 2, int(TOKEN) // 2])
def test_a_token_that_was_calculated_with_is_found(number: float) -> None:
    (problem,) = problems(tier_config() | {"locals": {"a": [1, number]}})

    assert problem.startswith("locals.a[1]: -")
    assert problem.endswith(" is a token that was calculated with")


def filled(document: Any, text: str) -> Any:
    """Put a text in the place of every `{}`."""
    match document:
        case dict():
            return {filled(key, text): filled(value, text) for key, value in document.items()}
        case list():
            return [filled(item, text) for item in document]
        case str():
            return document.replace("{}", text)
        case _:
            return document


@pytest.mark.parametrize("text", ["1e+29", "e+28", "the object at 0", "${var.tenant_id}-e29", "message+299"])
def test_what_only_looks_like_a_token_is_let_through(text: str) -> None:
    assert problems(tier_config() | {"locals": {"a": text}}) == []


@pytest.mark.parametrize(
    ("declaration", "problem"),
    [
        ({"type": "string"}, "variable.x has no description"),
        ({"type": "string", "description": ""}, "variable.x has no description"),
        ({"description": "X."}, "variable.x has no type"),
    ],
)
def test_an_undescribed_variable_is_found(declaration: JsonObject, problem: str) -> None:
    assert problems(tier_config(x=declaration)) == [problem]


def test_comments_go_at_any_depth() -> None:
    commented = {"//": 1, "a": [{"//": {"metadata": 1}, "b": "//"}], "c": {"d": {"//": ""}}}

    assert without_metadata(commented) == {"a": [{"b": "//"}], "c": {"d": {}}}


@pytest.mark.parametrize("backend", [{"backend": {"local": {"path": "x"}}}, {"cloud": {"organization": "x"}}, {}])
def test_the_backend_goes_and_the_rest_stays(backend: JsonObject) -> None:
    config = {"terraform": {"required_version": ">= 1.5", **backend}, "locals": {"a": 1}}

    assert without_backend(config) == {"terraform": {"required_version": ">= 1.5"}, "locals": {"a": 1}}


@pytest.mark.parametrize(
    ("config", "tier"), [(tier_config(), True), ({"variable": {"region": {}}}, False), ({}, False)]
)
def test_a_tier_is_told_by_its_tenant_id(config: JsonObject, *, tier: bool) -> None:
    assert is_tier(config) is tier


@pytest.mark.parametrize(
    ("providers", "tag"),
    [
        ({"aws": [{"default_tags": [{"tags": {"app": "x", "tenant": "${var.tenant_id}"}}]}]}, "tenant"),
        ({"aws": {"default_tags": {"tags": {"owner": "${var.tenant_id}"}}}}, "owner"),
        ({"null": {}, "aws": [{}, {"default_tags": [{"tags": {"tenant": "${var.tenant_id}"}}]}]}, "tenant"),
        ({"aws": [{"default_tags": [{"tags": {"tenant": "t-${var.tenant_id}"}}]}]}, None),
        ({"aws": [{"default_tags": [{"tags": None}]}]}, None),
        ({"aws": [{"region": "x"}]}, None),
        ({}, None),
    ],
)
def test_the_tenants_tag_is_the_one_that_holds_its_id(providers: JsonObject, tag: str | None) -> None:
    assert tenant_tag({"provider": providers}) == tag


def test_every_provider_block_is_given() -> None:
    config = {"provider": {"aws": [{"region": "a"}, {"alias": "b"}], "null": {}}}

    assert list(provider_blocks(config)) == [("aws", {"region": "a"}), ("aws", {"alias": "b"}), ("null", {})]


def test_addresses_are_those_of_managed_resources() -> None:
    config: JsonObject = {"resource": {"b": {"y": {}, "x": {}}, "a": {"z": {}}}, "data": {"a": {"z": {}}}}

    assert addresses(config) == ("a.z", "b.x", "b.y")


def test_a_tier_is_described_from_its_config() -> None:
    tier = describe("basic", "d", tier_config(password={"type": "string", "description": "P.", "sensitive": True}))

    assert tier.resources == ("terraform_data.seats",)
    assert tier.protected_types == DEFAULT_PROTECTED_TYPES
    assert set(tier.inputs) == {"seats", "password"}
    assert tier.variables["tenant_id"].required
    assert not tier.variables["seats"].required
    assert tier.variables["seats"].default == 5
    assert tier.variables["password"].sensitive
    assert tier.outputs["seats"].description == "The seats."


def test_a_template_says_what_it_protects() -> None:
    config = tier_config() | {"locals": {"protected_types": ["terraform_data"]}}

    assert describe("basic", "d", config).protected_types == ("terraform_data",)


@pytest.mark.parametrize(
    "protected",
    ["aws_dynamodb_table", "${toset(['aws_dynamodb_table'])}", ["${local.kind}"], [1], {"a": "b"}, None, 7],
)
def test_what_is_protected_is_a_list_written_out(protected: Any) -> None:
    """A text would be taken for the list of its letters, and protect nothing."""
    (problem,) = problems(tier_config() | {"locals": {"protected_types": protected}})

    assert problem.startswith("local.protected_types: ")
    assert problem.endswith(' is no list of resource types written out, such as ["aws_dynamodb_table"]')


@pytest.mark.parametrize("protected", [[], ["aws_dynamodb_table", "terraform_data"]])
def test_a_list_of_types_is_let_through(protected: list[str]) -> None:
    assert problems(tier_config() | {"locals": {"protected_types": protected}}) == []


def test_a_config_that_has_all_the_pipeline_asks_for_gives_no_warning() -> None:
    tags = {"default_tags": [{"tags": {"tenant": "${var.tenant_id}"}}]}
    config = tier_config() | {"provider": {"aws": [tags]}, "locals": {"protected_types": []}}

    assert warnings(config) == []


def test_what_a_config_does_without_is_told() -> None:
    assert [warning.split(":")[0] for warning in warnings({"variable": {"tenant_id": variable("string")}})] == [
        "there is no variable region",
        "no default tag has the value ${var.tenant_id}",
        "there is no local value protected_types",
    ]
