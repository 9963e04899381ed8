from __future__ import annotations

import pytest

from pipeline.sandbox.provider.policies import keep_spelling, normalize_json, normalize_policy, same_policy

POLICY = '{"Version": "2012-10-17", "Statement": [{"Resource": "*", "Action": ["a:B"], "Effect": "Allow"}]}'


def test_json_is_spelled_with_sorted_keys() -> None:
    assert normalize_json('{"b": 1, "a": "<x>"}') == '{"a":"\\u003cx\\u003e","b":1}'


def test_a_policy_is_spelled_with_its_version_first() -> None:
    assert normalize_policy('{"Statement": [], "Version": "2012-10-17"}') == '{"Version":"2012-10-17","Statement":[]}'


@pytest.mark.parametrize("text", ["", "not json"])
def test_what_is_no_json_stays(text: str) -> None:
    assert normalize_json(text) == normalize_policy(text) == text


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (POLICY.replace('["a:B"]', '"a:B"'), True),
        (POLICY.replace(" ", ""), True),
        (POLICY.replace("Allow", "Deny"), False),
        ("not json", False),
    ],
)
def test_policies_are_compared_by_what_they_say(other: str, *, same: bool) -> None:
    assert same_policy(POLICY, other) is same


def test_the_order_of_lists_does_not_matter() -> None:
    assert same_policy('{"Statement": [{"Action": ["a", "b"]}]}', '{"Statement": {"Action": ["b", "a"]}}')


def test_the_stored_spelling_of_a_list_of_one_is_kept() -> None:
    answered = POLICY.replace('["a:B"]', '"a:B"')

    assert '"Action":["a:B"]' in keep_spelling(POLICY, answered)
    assert '"Action":"a:B"' in keep_spelling("", answered)
