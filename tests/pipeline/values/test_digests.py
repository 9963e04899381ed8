from __future__ import annotations

from pipeline.values.digests import canonical_json, digest_of


def test_equal_documents_have_equal_bytes() -> None:
    assert canonical_json({"b": [1, "ä"], "a": None}) == '{\n  "a": null,\n  "b": [\n    1,\n    "ä"\n  ]\n}\n'.encode()
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})


def test_what_differs_has_another_digest() -> None:
    documents = [{}, [], None, 0, "", "0", False, {"a": 1}, {"a": "1"}, [1, 2], [2, 1], ["1, 2"]]

    assert len({digest_of(document) for document in documents}) == len(documents)
