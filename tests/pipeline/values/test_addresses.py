from __future__ import annotations

import pytest

from pipeline.values.addresses import ResourceMode, bracketed, in_reading_order, parse_address


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("aws_x.a", ("", ResourceMode.MANAGED, "aws_x", "a", None)),
        ("data.aws_x.a[3]", ("", ResourceMode.DATA, "aws_x", "a", 3)),
        ('module.m["a.b"].module.n.aws_x.a["c\\"]"]', ('module.m["a.b"].module.n', "managed", "aws_x", "a", 'c"]')),
    ],
)
def test_an_address_is_taken_apart(text: str, parts: tuple[object, ...]) -> None:
    found = parse_address(text)

    assert (found.module, found.mode, found.type, found.name, found.index) == parts


@pytest.mark.parametrize("text", ["", "aws_x", "module.m", "a.b.c.d", 'aws_x.a["b'])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not the address"):
        parse_address(text)


@pytest.mark.parametrize("key", [None, 0, "plain", 'qu"ote', "back\\slash", "li\nne", "${x} %{y} $", "\u00a0\u200b"])
def test_a_key_is_spelled_so_that_it_reads_back(key: str | int | None) -> None:
    assert parse_address(f"aws_x.a{bracketed(key)}").index == key


def test_numbered_instances_sort_by_their_number() -> None:
    assert sorted(["a.b[10]", "a.b[9]"], key=in_reading_order) == ["a.b[9]", "a.b[10]"]
