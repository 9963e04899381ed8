from __future__ import annotations

import pytest

from pipeline.errors import InvalidInputError
from pipeline.values.identifiers import (
    TemplateVersion,
    TenantId,
    parse_tenant_id,
    parse_tier,
    parse_version_prefix,
    short,
    state_key,
)


@pytest.mark.parametrize("text", ["ab", "acme", "a-b", "a1-2-3", "x" * 32])
def test_a_tenant_id_is_taken_as_it_is(text: str) -> None:
    assert parse_tenant_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "x" * 33,
        "1a",
        "-ab",
        "ab-",
        "a--b",
        "Acme",
        "a_b",
        "a.b",
        "a b",
        "acme\n",
        "ä-b",
        "a/b",
        "../a",
        "a\0b",
    ],
)
def test_what_is_no_tenant_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is not a tenant id"):
        parse_tenant_id(text)


@pytest.mark.parametrize("text", ["", "Basic", "1st", "../basic", "a b", "a" * 33, "basic\n"])
def test_what_is_no_tier_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is not a tier name"):
        parse_tier(text)


@pytest.mark.parametrize("text", ["abc", "g123", "ABCD", "a" * 65, "abcd\n", "stable"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is not a template version"):
        parse_version_prefix(text)


def test_a_version_is_shown_by_its_first_digits() -> None:
    assert short(TemplateVersion("0123456789abcdef" * 4)) == "0123456789ab"
    assert short(None) is None


def test_a_state_key_names_one_tenant() -> None:
    assert state_key(TenantId("acme")) == "tenants/acme/terraform.tfstate"
