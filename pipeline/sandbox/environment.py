"""The environment in which plain terraform, boto3 and `pipeline` all work against the sandbox."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Final

from pipeline.sandbox.record import LOOPBACK, ProviderMode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.json_types import JsonObject
    from pipeline.sandbox.record import Sandbox

REGION: Final = "eu-central-1"
CLI_CONFIGURATION: Final = "terraform.tfrc"

PROVIDER_OVERRIDES: Final[JsonObject] = {"aws": {"s3_use_path_style": True, "skip_metadata_api_check": "true"}}
"""What the provider block needs in front of moto."""

BACKEND_OVERRIDES: Final[JsonObject] = {
    "use_path_style": True,
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": True,
    "skip_region_validation": True,
}
"""What the S3 backend needs in front of moto."""

FOREIGN_PREFIXES: Final = ("AWS_", "MOTO_", "PIPELINE_", "TF_")
"""Variables that would lead the sandbox's own processes somewhere else."""

MISLEADING: Final = (
    "AWS_DEFAULT_PROFILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
)
"""Variables that would lead a user's commands past the sandbox."""

REATTACH: Final = "TF_REATTACH_PROVIDERS"
CLI_CONFIGURATION_VARIABLE: Final = "TF_CLI_CONFIG_FILE"


def variables(sandbox: Sandbox, surroundings: Mapping[str, str]) -> dict[str, str]:
    """Say which variables to set, in surroundings that have others already."""
    values = {
        "AWS_ENDPOINT_URL": sandbox.endpoint,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CHECKPOINT_DISABLE": "1",
        "PIPELINE_BACKEND_OVERRIDES": json.dumps(BACKEND_OVERRIDES),
        "PIPELINE_PROVIDER_OVERRIDES": json.dumps(PROVIDER_OVERRIDES),
    }
    if sandbox.provider is ProviderMode.STAND_IN:
        values[REATTACH] = json.dumps(sandbox.reattach, separators=(",", ":"))
        values[CLI_CONFIGURATION_VARIABLE] = str(cli_configuration(sandbox))
    return values | _past_proxies(surroundings)


def unset(sandbox: Sandbox, surroundings: Mapping[str, str]) -> list[str]:
    """Say which variables must not be set."""
    names = {*MISLEADING, *(name for name in surroundings if name.startswith("AWS_ENDPOINT_URL_"))}
    if sandbox.provider is ProviderMode.REGISTRY:
        names.add(REATTACH)
        if surroundings.get(CLI_CONFIGURATION_VARIABLE) == str(cli_configuration(sandbox)):
            names.add(CLI_CONFIGURATION_VARIABLE)
    return sorted(names)


def shell_lines(sandbox: Sandbox, surroundings: Mapping[str, str]) -> str:
    """Write both as lines for a shell to evaluate."""
    lines = [f"unset {name}" for name in unset(sandbox, surroundings)]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables(sandbox, surroundings).items()]
    return "\n".join(lines)


def process_environment(sandbox: Sandbox, surroundings: Mapping[str, str]) -> dict[str, str]:
    """Build the whole environment of a process that is to work against the sandbox."""
    without = {*unset(sandbox, surroundings)}
    kept = {name: value for name, value in surroundings.items() if name not in without}
    return kept | variables(sandbox, surroundings)


def cleaned(surroundings: Mapping[str, str]) -> dict[str, str]:
    """Build the environment of the sandbox's own processes: nobody's settings for AWS, moto or terraform."""
    return {name: value for name, value in surroundings.items() if not name.startswith(FOREIGN_PREFIXES)}


def cli_configuration(sandbox: Sandbox) -> Path:
    """Give the file that tells terraform of the mirror; it also keeps a user's own, maybe broken, file out of it."""
    return sandbox.directory / CLI_CONFIGURATION


def _past_proxies(surroundings: Mapping[str, str]) -> dict[str, str]:
    """Except loopback from the proxy, where there is one: boto3 would send the sandbox's requests to it."""
    if not any(name.lower() in {"http_proxy", "all_proxy"} for name in surroundings):
        return {}
    excepted = surroundings.get("no_proxy") or surroundings.get("NO_PROXY") or ""
    hosts = [host for host in excepted.split(",") if host and host != LOOPBACK]
    return dict.fromkeys(("no_proxy", "NO_PROXY"), ",".join([*hosts, LOOPBACK]))
