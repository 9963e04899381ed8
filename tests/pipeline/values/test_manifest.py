from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import InvalidInputError, TemplateError
from pipeline.values.digests import canonical_json
from pipeline.values.manifest import from_json, tier_files, to_json, version_of
from tests.pipeline.projects import tier_config, variable
from tests.pipeline.samples import manifest_of, template_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.json_types import JsonObject

TWO_TIERS = {"basic": tier_config(), "premium": tier_config(extra=variable("bool", default=False))}
MANIFEST = manifest_of(template_files(TWO_TIERS, {"terraform": b"lock"}))


def test_a_manifest_comes_back_as_it_was() -> None:
    assert from_json(json.loads(canonical_json(to_json(MANIFEST)))) == MANIFEST


@pytest.mark.parametrize(
    ("variables", "inputs", "external_id"),
    [
        ({}, {}, ""),
        ({"account_role_external_id": variable("string", default="")}, {}, ""),
        ({"account_role_external_id": variable("string", default="fleet")}, {}, "fleet"),
        ({"account_role_external_id": variable("string", default="")}, {"account_role_external_id": "acme"}, "acme"),
    ],
)
def test_an_external_id_is_an_input_where_a_template_has_it(
    variables: JsonObject, inputs: JsonObject, external_id: str
) -> None:
    manifest = manifest_of(template_files({"basic": tier_config(**variables)}))

    assert manifest.tier("basic").external_id_of(inputs) == external_id


def damaged(damage: Callable[[Any], object]) -> Any:
    document = json.loads(canonical_json(to_json(MANIFEST)))
    damage(document)
    return document


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        damaged(lambda d: d.update(format=2)),
        damaged(lambda d: d.pop("files")),
        damaged(lambda d: d.update(tiers=[])),
        damaged(lambda d: d["tiers"]["basic"].pop("digest")),
        damaged(lambda d: d["tiers"]["basic"]["outputs"]["seats"].update(colour=1)),
    ],
)
def test_what_is_no_manifest_is_refused(document: Any) -> None:
    with pytest.raises(TemplateError, match=r"manifest\.json"):
        from_json(document)


RULE = {"condition": "${var.x > 0}", "error_message": "x must be more than none."}


@pytest.mark.parametrize("validation", [RULE, [RULE]])
def test_a_variables_rules_are_told_however_they_are_written(validation: Any) -> None:
    config = tier_config(x=variable("number", validation=validation))

    tier = manifest_of(template_files({"basic": config})).tier("basic")

    assert tier.variables["x"].rules == ["x must be more than none."]
    assert tier.variables["region"].rules == []


def test_an_unknown_tier_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match="has no tier 'gold'") as refusal:
        MANIFEST.tier("gold")

    assert refusal.value.advice == "its tiers: basic, premium"


def test_a_config_digest_is_of_the_tier_and_the_engines_lock_file() -> None:
    relocked = manifest_of(template_files(TWO_TIERS, {"terraform": b"other"}))

    assert MANIFEST.config_digest("basic", "terraform") != MANIFEST.config_digest("premium", "terraform")
    assert MANIFEST.config_digest("basic", "terraform") != relocked.config_digest("basic", "terraform")
    assert MANIFEST.config_digest("basic", "tofu") == relocked.config_digest("basic", "tofu")


def test_one_tiers_change_leaves_the_others_digest() -> None:
    changed = manifest_of(template_files(TWO_TIERS | {"premium": tier_config()}, {"terraform": b"lock"}))

    assert changed.version != MANIFEST.version
    assert changed.config_digest("basic", "terraform") == MANIFEST.config_digest("basic", "terraform")
    assert changed.config_digest("premium", "terraform") != MANIFEST.config_digest("premium", "terraform")


def test_a_version_follows_from_names_and_contents_alone() -> None:
    files = {"a": "1", "b": "2"}

    assert version_of(files) == version_of(dict(reversed(files.items())))
    assert len({version_of(f) for f in (files, {"a": "1"}, {"a": "2", "b": "1"}, {"a": "1", "c": "2"})}) == 4


def test_a_tiers_files_are_those_in_its_folder() -> None:
    files = {"tiers/basic/a": "1", "tiers/basic/b/c": "2", "tiers/basic-2/a": "3", "locks/x": "4"}

    assert tier_files("basic", files) == {"a": "1", "b/c": "2"}
