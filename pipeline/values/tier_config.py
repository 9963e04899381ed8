"""What a tier's synthesised config says: read, cleaned and checked, without CDKTF.

What is published holds no CDKTF metadata, no backend and no garbage tokens, and describes every variable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.values.manifest import (
    DEFAULT_PROTECTED_TYPES,
    REGION_VARIABLE,
    TENANT_ID_VARIABLE,
    Output,
    TierManifest,
    variable_from,
)
from pipeline.values.template_texts import texts_by_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.json_types import Json, JsonObject

COMMENT_KEY: Final = "//"
PROTECTED_TYPES_LOCAL: Final = "protected_types"
TENANT_REFERENCE: Final = "${var.tenant_id}"
RESOURCE_TYPE: Final = re.compile(r"[a-z][a-z0-9_-]*")

# What CDKTF writes, without an error, where a token that is not a string was formatted into one.
GARBAGE: Final = re.compile(r"\de\+29\d|\d{200}|object at 0x|TfToken\[|TFTOKEN\[", re.IGNORECASE)
# A number's token is a number itself, near -1e299, and what was calculated with it is another.
GREATEST_NUMBER: Final = 1e200
LONGEST_SHOWN: Final = 80


def is_tier(config: JsonObject) -> bool:
    """Tell a tenant's config from others of the same app: it declares the variable `tenant_id`."""
    return TENANT_ID_VARIABLE in config.get("variable", {})


def without_metadata(document: Json) -> Json:
    """Take CDKTF's comments out of a config, at any depth."""
    if isinstance(document, dict):
        return {key: without_metadata(value) for key, value in document.items() if key != COMMENT_KEY}
    if isinstance(document, list):
        return [without_metadata(item) for item in document]
    return document


def without_backend(config: JsonObject) -> JsonObject:
    """Take the backend out of a config: each workspace brings its own."""
    terraform = {key: value for key, value in config.get("terraform", {}).items() if key not in {"backend", "cloud"}}
    return {**config, "terraform": terraform}


def problems(config: JsonObject) -> list[str]:
    """List what makes a config unfit to be published."""
    found = [f"{path}: {_shortened(token)} is a token {mistake}" for path, token, mistake in _garbage(config, "")]
    found += [
        f"variable.{name} has no description"
        for name, block in config.get("variable", {}).items()
        if not block.get("description")
    ]
    found += [
        f"variable.{name} has no type" for name, block in config.get("variable", {}).items() if "type" not in block
    ]
    protected = config.get("locals", {}).get(PROTECTED_TYPES_LOCAL, [])
    if not isinstance(protected, list) or not all(isinstance(t, str) and RESOURCE_TYPE.fullmatch(t) for t in protected):
        found.append(
            f"local.{PROTECTED_TYPES_LOCAL}: {_shortened(protected)} is no list of resource types written out, "
            'such as ["aws_dynamodb_table"]'
        )
    return found


def warnings(config: JsonObject) -> list[str]:
    """List what a tier does without that the pipeline would know how to use."""
    found = []
    if REGION_VARIABLE not in config.get("variable", {}):
        found.append(f"there is no variable {REGION_VARIABLE}: the region of a tenant has no effect")
    if tenant_tag(config) is None:
        found.append(
            f"no default tag has the value {TENANT_REFERENCE}: nothing can prove that a destroyed tenant is gone"
        )
    if PROTECTED_TYPES_LOCAL not in config.get("locals", {}):
        found.append(
            f"there is no local value {PROTECTED_TYPES_LOCAL}: "
            f"the guard protects no more than {', '.join(DEFAULT_PROTECTED_TYPES)}"
        )
    return found


def describe(name: str, digest: str, config: JsonObject) -> TierManifest:
    """Give the manifest of a tier from its config."""
    return TierManifest(
        name=name,
        digest=digest,
        variables={name: variable_from(name, block) for name, block in config.get("variable", {}).items()},
        resources=addresses(config),
        outputs={
            name: Output(description=block.get("description", ""), sensitive=block.get("sensitive") is True)
            for name, block in config.get("output", {}).items()
        },
        protected_types=tuple(config.get("locals", {}).get(PROTECTED_TYPES_LOCAL, DEFAULT_PROTECTED_TYPES)),
        tenant_tag=tenant_tag(config),
        texts=texts_by_address(config),
    )


def addresses(config: JsonObject) -> tuple[str, ...]:
    """List the addresses of a config's managed resources, sorted."""
    return tuple(sorted(f"{kind}.{name}" for kind, blocks in config.get("resource", {}).items() for name in blocks))


def tenant_tag(config: JsonObject) -> str | None:
    """Find the key of the default tag that holds the tenant id."""
    for _, provider in provider_blocks(config):
        for default_tags in _blocks(provider.get("default_tags")):
            for key, value in (default_tags.get("tags") or {}).items():
                if value == TENANT_REFERENCE:
                    return str(key)
    return None


def provider_blocks(config: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Give every provider configuration of a config with the provider's name."""
    for name, value in config.get("provider", {}).items():
        for block in _blocks(value):
            yield name, block


def kept_from_destroy(config: JsonObject) -> Iterator[tuple[str, str]]:
    """Give type and name of each resource that has `prevent_destroy`."""
    for kind, named in config.get("resource", {}).items():
        for name, value in named.items():
            lifecycles = [lifecycle for block in _blocks(value) for lifecycle in _blocks(block.get("lifecycle"))]
            if any(lifecycle.get("prevent_destroy") for lifecycle in lifecycles):
                yield kind, name


def _blocks(value: Json) -> list[JsonObject]:
    """Terraform's JSON syntax takes one block as an object or as a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _garbage(document: Json, path: str) -> Iterator[tuple[str, Json, str]]:
    if isinstance(document, str) and GARBAGE.search(document):
        yield path, document, "that was formatted into a string"
    elif isinstance(document, int | float) and abs(document) > GREATEST_NUMBER:
        yield path, document, "that was calculated with"
    elif isinstance(document, dict):
        for key, value in document.items():
            yield from ((path or key, key, "that was formatted into a string") for _ in [0] if GARBAGE.search(key))
            yield from _garbage(value, f"{path}.{key}" if path else key)
    elif isinstance(document, list):
        for index, item in enumerate(document):
            yield from _garbage(item, f"{path}[{index}]")


def _shortened(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}\N{HORIZONTAL ELLIPSIS}"
