"""The policy document data source: no call to AWS, only JSON in the real provider's spelling."""

from __future__ import annotations

import json
import zlib
from itertools import chain
from typing import TYPE_CHECKING

from pipeline.sandbox.provider.data_source import DataSource
from pipeline.sandbox.provider.errors import ProviderError
from pipeline.sandbox.provider.policies import escape_like_go

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.json_types import Json, JsonObject
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_STATEMENT_KEYS = (
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
)  # fmt: skip
_OLD_VERSION = "2008-10-17"


class PolicyDocument(DataSource):
    """A policy put together from statements and other documents."""

    type_name = "aws_iam_policy_document"

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Merge the sources, then the own statements, then the overrides; a statement replaces one of its Sid."""
        merged: JsonObject = {}
        sources = (_parsed(text).get("Statement", ()) for text in data["source_policy_documents"])
        _refuse_shared_sids(chain.from_iterable(sources))
        for text in (data["source_json"], *data["source_policy_documents"]):
            _merge(merged, _parsed(text))
        own = [_statement(block, data["version"]) for block in data["statement"]]
        _refuse_shared_sids(own)
        _merge(merged, {"Version": data["version"], "Id": data["policy_id"], "Statement": own})
        for text in (*data["override_policy_documents"], data["override_json"]):
            _merge(merged, _parsed(text))
        ordered = {key: merged[key] for key in ("Version", "Id", "Statement") if merged.get(key)}
        text = escape_like_go(json.dumps(ordered, indent=2, ensure_ascii=False))
        data["json"] = text
        data.id = str(zlib.crc32(text.encode()))


def _parsed(text: str) -> JsonObject:
    if not text:
        return {}
    document: JsonObject = json.loads(text)
    statements = document.get("Statement") or []
    listed = statements if isinstance(statements, list) else [statements]
    return document | {"Statement": [_spelled(statement) for statement in listed]}


def _spelled(statement: JsonObject) -> JsonObject:
    """Order a foreign statement's keys, and spell its lists as the own ones."""
    ordered = {key: statement[key] for key in _STATEMENT_KEYS if statement.get(key)}
    for key in ("Principal", "NotPrincipal"):
        if isinstance(ordered.get(key), dict):
            ordered[key] = {kind: _reversed(names) for kind, names in sorted(ordered[key].items())}
    if "Condition" in ordered:
        ordered["Condition"] = {test: dict(sorted(by.items())) for test, by in sorted(ordered["Condition"].items())}
    return ordered


def _merge(merged: JsonObject, document: JsonObject) -> None:
    if document.get("Id"):
        merged["Id"] = document["Id"]
    merged["Version"] = max(merged.get("Version", ""), document.get("Version", ""))
    statements: list[JsonObject] = merged.setdefault("Statement", [])
    for new in document.get("Statement", ()):
        places = [place for place, old in enumerate(statements) if new.get("Sid") and old.get("Sid") == new["Sid"]]
        if places:
            statements[places[0]] = new
        else:
            statements.append(new)


def _refuse_shared_sids(statements: Iterable[JsonObject]) -> None:
    seen: set[str] = set()
    for statement in statements:
        sid = statement.get("Sid", "")
        if sid and sid in seen:
            raise ProviderError(f"duplicate Sid ({sid}). Remove the Sid or ensure the Sid is unique.")
        seen.add(sid)


def _statement(block: Object, version: str) -> JsonObject:
    pairs = {"Sid": block["sid"], "Effect": block["effect"]}
    for name, key in (("actions", "Action"), ("not_actions", "NotAction")):
        pairs[key] = _one_or_reversed(block[name])
    for name, key in (("resources", "Resource"), ("not_resources", "NotResource")):
        pairs[key] = _variables(_one_or_reversed(block[name]), version)
    for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        pairs[key] = _principals(block[name], version)
    pairs["Condition"] = _conditions(block["condition"], version)
    return {key: value for key, value in pairs.items() if value}


def _principals(blocks: list[Object], version: str) -> Json:
    if [(block["type"], block["identifiers"]) for block in blocks] == [("*", ["*"])]:
        return "*"
    merged: JsonObject = {}
    for block in blocks:
        names = _variables(_one_or_reversed(block["identifiers"]), version)
        merged[block["type"]] = _joined(merged.get(block["type"]), names)
    return dict(sorted(merged.items()))


def _conditions(blocks: list[Object], version: str) -> JsonObject:
    merged: dict[str, JsonObject] = {}
    for block in blocks:
        values = _variables(block["values"], version)
        tested = merged.setdefault(block["test"], {})
        single = values[0] if len(values) == 1 else values
        tested[block["variable"]] = _joined(tested.get(block["variable"]), single)
    return {test: dict(sorted(variables.items())) for test, variables in sorted(merged.items())}


def _joined(old: Json, new: Json) -> Json:
    if old is None:
        return new
    return [*([old] if isinstance(old, str) else old), *([new] if isinstance(new, str) else new)]


def _variables(values: Json, version: str) -> Json:
    """Spell `&{` as `${`: it is how a configuration writes a policy variable without terraform taking it."""
    if isinstance(values, list):
        return [_variables(value, version) for value in values]
    if version == _OLD_VERSION and "&{" in values:
        raise ProviderError(f"found &{{ sequence in ({values}), which is not supported in document version {version}")
    return values.replace("&{", "${")


def _one_or_reversed(values: list[str]) -> Json:
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


def _reversed(names: Json) -> Json:
    return sorted(names, reverse=True) if isinstance(names, list) else names
