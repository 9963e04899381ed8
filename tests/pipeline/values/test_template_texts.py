from __future__ import annotations

import json

import pytest

from pipeline.values.template_texts import Part, filled, marked, parts, texts_by_address


def text(content: str) -> Part:
    return Part(text=content, is_expression=False)


def expression(content: str) -> Part:
    return Part(text=content, is_expression=True)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("plain", [text("plain")]),
        ("", []),
        ("${var.a}-x-${ var.b }", [expression("var.a"), text("-x-"), expression("var.b")]),
        ('a${f({x = "${var.a}"})}b', [text("a"), expression('f({x = "${var.a}"})'), text("b")]),
        ("$${var.a}", [text("$${var.a}")]),
        ("${var.a", [expression("var.a")]),
    ],
)
def test_a_text_is_taken_apart(content: str, found: list[Part]) -> None:
    assert list(parts(content)) == found


def test_json_with_expressions_is_parsed_and_put_together_again() -> None:
    document, expressions = marked('{"AWS":"${coalesce(var.a, "arn:${var.b}")}","x":["${var.c}/*"]}')

    assert expressions == ['coalesce(var.a, "arn:${var.b}")', "var.c"]
    assert filled(document, expressions, lambda e: "C" if e == "var.c" else "?") == {"AWS": "?", "x": ["C/*"]}


def test_texts_are_found_by_address_with_locals_put_in() -> None:
    config = {
        "locals": {"prefix": "${var.app}-${local.id}", "id": "${var.tenant_id}", "number": 3},
        "resource": {"aws_x": {"a": {"name": "${local.prefix}-a", "tags": [{"b": "plain"}]}, "b": {"n": 1}}},
        "data": {"aws_y": {"c": {"arns": ["arn:aws:s3:::shared", "${local.number}"]}}},
    }

    assert texts_by_address(config) == {
        "aws_x.a": ("${var.app}-${var.tenant_id}-a",),
        "data.aws_y.c": ("arn:aws:s3:::shared", "${local.number}"),
    }


def test_the_statements_of_a_policy_document_stay_together() -> None:
    block = {"statement": [{"effect": "Deny", "resources": ["${local.arn}", "*"]}], "version": "${var.v}"}
    config = {"locals": {"arn": "arn:${var.a}"}, "data": {"aws_iam_policy_document": {"d": block}}}

    ((document, version),) = texts_by_address(config).values()

    assert json.loads(document) == [{"effect": "Deny", "resources": ["arn:${var.a}", "*"]}]
    assert version == "${var.v}"


def test_locals_that_name_each_other_come_to_an_end() -> None:
    config = {"locals": {"a": "${local.b}", "b": "${local.a}"}, "resource": {"x": {"y": {"z": "${local.a}"}}}}

    assert len(texts_by_address(config)["x.y"]) == 1
