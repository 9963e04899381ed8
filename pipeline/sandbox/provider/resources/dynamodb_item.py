"""Single items of tables."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from pipeline.sandbox.provider.errors import Problem
from pipeline.sandbox.provider.policies import dump, parse
from pipeline.sandbox.provider.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.json_types import Json
    from pipeline.sandbox.provider.cloud import Cloud
    from pipeline.sandbox.provider.resource_data import ResourceData
    from pipeline.sandbox.provider.values import Object

_TYPES = frozenset({"B", "BOOL", "BS", "L", "M", "N", "NS", "NULL", "S", "SS"})


class TableItem(Resource):
    """An item; its id has the table and the values of its keys, and it cannot be imported."""

    type_name = "aws_dynamodb_table_item"

    def validate(self, config: Object) -> list[Problem]:
        """Refuse what is no item in DynamoDB's own JSON."""
        item = config.get("item")
        if not isinstance(item, str) or _is_item(parse(item)):
            return []
        return [Problem(summary='Invalid format of "item": it takes a JSON object of typed values', path=("item",))]

    def create(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the item; one of the same key is somebody else's."""
        item = _to_aws(data["item"])
        cloud.client("dynamodb").put_item(
            TableName=data["table_name"],
            Item=item,
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": data["hash_key"]},
        )
        data.id = _identifier(data, item)

    def read(self, data: ResourceData, cloud: Cloud) -> None:
        """Read the item; it keeps its spelling as long as it says the same."""
        wanted = _to_aws(data["item"])
        answer = cloud.client("dynamodb").get_item(
            TableName=data["table_name"], Key=_key(data, wanted), ConsistentRead=True
        )
        if "Item" not in answer:
            data.id = ""
        elif answer["Item"] != wanted:
            data["item"] = dump(_bytes_replaced(answer["Item"], _encoded), sort_keys=True)
            data.id = _identifier(data, answer["Item"])

    def update(self, data: ResourceData, cloud: Cloud) -> None:
        """Put the new item in the place of the old one, which may have had another key."""
        client = cloud.client("dynamodb")
        old, new = _to_aws(data.old("item")), _to_aws(data["item"])
        client.put_item(TableName=data["table_name"], Item=new)
        if _key(data, old) != _key(data, new):
            client.delete_item(TableName=data["table_name"], Key=_key(data, old))
        data.id = _identifier(data, new)

    def delete(self, data: ResourceData, cloud: Cloud) -> None:
        """Delete the item."""
        key = _key(data, _to_aws(data["item"]))
        cloud.client("dynamodb").delete_item(TableName=data["table_name"], Key=key)


def _is_item(document: Json) -> bool:
    return isinstance(document, dict) and all(
        isinstance(value, dict) and len(value) == 1 and _TYPES.issuperset(value) for value in document.values()
    )


def _key(data: ResourceData, item: Object) -> Object:
    names = (data["hash_key"], data["range_key"])
    return {name: item[name] for name in names if name}


def _identifier(data: ResourceData, item: Object) -> str:
    parts = [data["table_name"]]
    for name, value in _key(data, item).items():
        parts += [name, _encoded(value.get("B", b"")), value.get("S", ""), value.get("N", "")]
    return "|".join(parts)


def _to_aws(text: str) -> Object:
    item: Object = _bytes_replaced(parse(text), base64.b64decode)
    return item


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes_replaced(item: Any, replace: Callable[[Any], Any]) -> Any:
    """Return typed values with another form of what is binary in them."""
    return {name: _value_replaced(value, replace) for name, value in item.items()}


def _value_replaced(value: Any, replace: Callable[[Any], Any]) -> Any:
    ((kind, content),) = value.items()
    match kind:
        case "B":
            content = replace(content)
        case "BS":
            content = [replace(each) for each in content]
        case "L":
            content = [_value_replaced(each, replace) for each in content]
        case "M":
            content = _bytes_replaced(content, replace)
    return {kind: content}
