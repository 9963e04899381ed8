"""The attributes of a user pool's users: the standard ones, which every pool has, and its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipeline.sandbox.provider.resources.blocks import Block, Names, from_aws, to_aws

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.sandbox.provider.values import Object

_NUMBER: Final = Block(aws="NumberAttributeConstraints", names={"max_value": "MaxValue", "min_value": "MinValue"})
_STRING: Final = Block(aws="StringAttributeConstraints", names={"max_length": "MaxLength", "min_length": "MinLength"})
_NAMES: Final[Names] = {
    "attribute_data_type": "AttributeDataType",
    "developer_only_attribute": "DeveloperOnlyAttribute",
    "mutable": "Mutable",
    "name": "Name",
    "number_attribute_constraints": _NUMBER,
    "required": "Required",
    "string_attribute_constraints": _STRING,
}
CUSTOM_PREFIX: Final = "custom:"
"""What AWS puts before the name of an attribute that is a pool's own."""

_TEXTS: Final = (
    *("address", "email", "family_name", "gender", "given_name", "locale", "middle_name", "name", "nickname"),
    *("phone_number", "picture", "preferred_username", "profile", "website", "zoneinfo"),
)
_LENGTHS: Final = {**dict.fromkeys(_TEXTS, ("0", "2048")), "birthdate": ("10", "10"), "sub": ("1", "2048")}


def request(attribute: Object) -> Object:
    """Return an attribute as AWS wants it."""
    return to_aws(_NAMES, attribute)


def own_attributes(configured: Iterable[Object], answered: Iterable[Mapping[str, Any]]) -> list[Object]:
    """Return the attributes that AWS has, without those standard ones that the configuration does not name."""
    named = [request(attribute) for attribute in configured]
    found = [_told(item) for item in answered]
    return [_attribute(item, named) for item in found if item in named or item not in _STANDARD]


def own_name(name: str) -> str:
    """Return an attribute's name without the prefix that AWS gives it."""
    return name.removeprefix("dev:").removeprefix(CUSTOM_PREFIX)


def _told(document: Mapping[str, Any]) -> Object:
    return {name: value for name, value in document.items() if value is not None}


def _attribute(document: Object, named: list[Object]) -> Object:
    """Return an attribute; the lengths that AWS made up for one that was configured without any are not told."""
    without = {name: value for name, value in document.items() if name != _STRING.aws}
    attribute = from_aws(_NAMES, without if without in named else document)
    for name, block in (("number_attribute_constraints", _NUMBER), ("string_attribute_constraints", _STRING)):
        if document.get(block.aws) == {}:
            attribute[name] = [from_aws(block.names, {})]  # limits without values are a block all the same
    return attribute | {"name": own_name(document["Name"])}


def _standard(name: str, kind: str, **constraints: Object) -> Object:
    is_subject = name == "sub"
    fixed = {"AttributeDataType": kind, "DeveloperOnlyAttribute": False, "Name": name}
    return fixed | {"Mutable": not is_subject, "Required": is_subject} | constraints


_STANDARD: Final = [
    *(
        _standard(name, "String", StringAttributeConstraints={"MaxLength": high, "MinLength": low})
        for name, (low, high) in _LENGTHS.items()
    ),
    _standard("email_verified", "Boolean"),
    _standard("phone_number_verified", "Boolean"),
    _standard("updated_at", "Number", NumberAttributeConstraints={"MinValue": "0"}),
    _standard("identities", "String", StringAttributeConstraints={}),
]
"""What every pool has, and what AWS adds with the first identity provider."""

STANDARD_NAMES: Final = frozenset(attribute["Name"] for attribute in _STANDARD) - {"identities"}
"""The names of the attributes that every user can have."""
