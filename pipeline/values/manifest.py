"""The manifest of a template: what the commands need to know of it without reading its configs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline.errors import InvalidInputError, TemplateError
from pipeline.values.digests import digest_of
from pipeline.values.identifiers import TemplateVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.json_types import Json, JsonObject

FORMAT: Final = 1
MANIFEST_FILE: Final = "manifest.json"
CONFIG_FILE: Final = "cdk.tf.json"

# Data and identity: losing one of these cannot be undone. Used where a template does not say it in a local value
# `protected_types`.
DEFAULT_PROTECTED_TYPES: Final = ("aws_cognito_user_pool", "aws_dynamodb_table", "aws_kms_key", "aws_s3_bucket")

# Variables that the registry fills from a tenant's row; everything else a template declares is an input.
TENANT_ID_VARIABLE: Final = "tenant_id"
REGION_VARIABLE: Final = "region"
ACCOUNT_ROLE_VARIABLE: Final = "account_role_arn"
EXTERNAL_ID_VARIABLE: Final = "account_role_external_id"  # an input, where a template has it
REGISTRY_VARIABLES: Final = frozenset({TENANT_ID_VARIABLE, REGION_VARIABLE, ACCOUNT_ROLE_VARIABLE})

# Destroy sets it to false first; a template that declares it turns all its deletion protection by it.
PROTECTION_VARIABLE: Final = "deletion_protection"


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of a tier, as its config declares it."""

    name: str
    type: str
    description: str
    required: bool
    default: Json = None
    sensitive: bool = False
    declaration: JsonObject
    """The variable block as it stands in the config: what the engine checks inputs by."""

    @property
    def rules(self) -> list[str]:
        """What its validations say of a value that does not do."""
        validations = self.declaration.get("validation") or []
        blocks = validations if isinstance(validations, list) else [validations]
        return [block["error_message"] for block in blocks if "error_message" in block]


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output of a tier."""

    description: str
    sensitive: bool


@dataclass(frozen=True, kw_only=True)
class TierManifest:
    """What one tier of a template declares."""

    name: str
    digest: str
    """sha256 over the tier's files."""
    variables: Mapping[str, Variable]
    resources: tuple[str, ...]
    """Addresses of the managed resources."""
    outputs: Mapping[str, Output]
    protected_types: tuple[str, ...]
    tenant_tag: str | None
    """Key of the default tag that holds the tenant id."""
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The texts of the config that have expressions or ARNs in them, by the address of their resource."""

    @property
    def inputs(self) -> Mapping[str, Variable]:
        """The variables that are a tenant's to give."""
        return {name: variable for name, variable in self.variables.items() if name not in REGISTRY_VARIABLES}

    def external_id_of(self, inputs: JsonObject) -> str:
        """Give what the trust policy of a tenant's account role asks for, by the tenant's inputs; empty for nothing."""
        variable = self.inputs.get(EXTERNAL_ID_VARIABLE)
        return str(inputs.get(EXTERNAL_ID_VARIABLE, variable.default) or "") if variable else ""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a template version holds."""

    version: TemplateVersion
    tiers: Mapping[str, TierManifest]
    locks: Mapping[str, str]
    """sha256 of the provider lock file, per engine that has one."""
    files: Mapping[str, str]
    """sha256 of every file, by its path in the template."""

    def tier(self, name: str) -> TierManifest:
        """Give a tier by its name."""
        if name not in self.tiers:
            raise InvalidInputError(
                f"template {self.version[:12]} has no tier {name!r}",
                advice=f"its tiers: {', '.join(sorted(self.tiers))}",
            )
        return self.tiers[name]

    def config_digest(self, tier: str, engine: str) -> str:
        """Digest of what the template gives to a tenant's fingerprint: the tier's config and the engine's lock file."""
        return digest_of([self.tier(tier).digest, self.locks.get(engine, "")])


def tier_files(tier: str, files: Mapping[str, str]) -> dict[str, str]:
    """Pick the files of one tier, by their path in the tier's directory."""
    prefix = f"tiers/{tier}/"
    return {path.removeprefix(prefix): digest for path, digest in files.items() if path.startswith(prefix)}


def version_of(files: Mapping[str, str]) -> TemplateVersion:
    """Give the version of a template: the digest of its files' digests."""
    return TemplateVersion(digest_of(dict(files)))


def to_json(manifest: Manifest) -> JsonObject:
    """Write a manifest as the document that is stored."""
    return {
        "format": FORMAT,
        "version": manifest.version,
        "locks": dict(manifest.locks),
        "files": dict(manifest.files),
        "tiers": {name: _tier_to_json(tier) for name, tier in manifest.tiers.items()},
    }


def from_json(document: Json) -> Manifest:
    """Read a stored manifest; raises TemplateError where it is not one."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise TemplateError("the template's manifest.json has an unknown format", advice="upgrade the pipeline")
    try:
        return Manifest(
            version=TemplateVersion(document["version"]),
            locks=document["locks"],
            files=document["files"],
            tiers={name: _tier_from_json(name, tier) for name, tier in document["tiers"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise TemplateError(f"the template's manifest.json is damaged: {error!r}") from error


def variable_from(name: str, declaration: JsonObject) -> Variable:
    """Read a variable from its block in a config."""
    return Variable(
        name=name,
        type=str(declaration.get("type", "any")),
        description=declaration.get("description", ""),
        required="default" not in declaration,
        default=declaration.get("default"),
        sensitive=declaration.get("sensitive") is True,
        declaration=declaration,
    )


def _tier_to_json(tier: TierManifest) -> JsonObject:
    return {
        "digest": tier.digest,
        "variables": {name: variable.declaration for name, variable in tier.variables.items()},
        "resources": list(tier.resources),
        "outputs": {
            name: {"description": output.description, "sensitive": output.sensitive}
            for name, output in tier.outputs.items()
        },
        "protected_types": list(tier.protected_types),
        "tenant_tag": tier.tenant_tag,
        "texts": {address: list(texts) for address, texts in tier.texts.items()},
    }


def _tier_from_json(name: str, document: JsonObject) -> TierManifest:
    return TierManifest(
        name=name,
        digest=document["digest"],
        variables={name: variable_from(name, block) for name, block in document["variables"].items()},
        resources=tuple(document["resources"]),
        outputs={name: Output(**output) for name, output in document["outputs"].items()},
        protected_types=tuple(document["protected_types"]),
        tenant_tag=document["tenant_tag"],
        texts={address: tuple(texts) for address, texts in document.get("texts", {}).items()},
    )
