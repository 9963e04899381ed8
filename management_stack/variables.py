"""The variables of the management stack; `pipeline management write` fills them from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from management_stack.addresses import at
from management_stack.trust import Repository
from tenant_stack.cdk import Construct, TerraformVariable, TerraformVariableValidationConfig


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a value has to look like, as a regular expression and in words."""

    pattern: str
    words: str


REGION: Final = Shape(pattern="^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", words="must read like eu-central-1.")
NAME: Final = Shape(pattern="^[A-Za-z0-9._-]+$", words="must consist of letters, digits, and . _ -")
NUMBER: Final = Shape(pattern="^[0-9]+$", words="must be a number.")

NAMES: Final = {
    "state_bucket": "The bucket of the tenants' states.",
    "template_bucket": "The bucket of the published templates.",
    "tenants_table": "The table of the tenants.",
    "rollouts_table": "The table of the rollouts and events.",
    "lock_table": "The table of the state locks.",
    "event_bus": "The bus that the application puts its events on.",
    "dead_letter_queue": "The queue of the events that GitHub did not take.",
    "event_queue": "The queue of copies of all events.",
    "metrics_namespace": "The namespace of the pipeline's own metrics.",
    "github_owner": "The user or organisation that the repository belongs to.",
    "github_name": "The repository's name.",
}
NUMBERS: Final = {
    "github_owner_id": "The owner's number: gh api users/OWNER --jq .id",
    "github_repository_id": "The repository's number: gh api repos/OWNER/NAME --jq .id",
}


class Variables(Construct):
    """The variables, declared under their own names."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.region = _text(self, "region", "The AWS region that the tenant lives in.", REGION)
        self.application = _text(
            self, "application", "What the names of all tenants' resources start with.", default="app"
        )
        self._declared = {
            **{name: _text(self, name, description, NAME) for name, description in NAMES.items()},
            **{name: _text(self, name, description, NUMBER) for name, description in NUMBERS.items()},
        }

    def __getitem__(self, name: str) -> str:
        return self._declared[name]

    @property
    def repository(self) -> Repository:
        """The repository whose workflows are trusted."""
        return Repository(
            owner=self["github_owner"],
            name=self["github_name"],
            owner_id=self["github_owner_id"],
            id=self["github_repository_id"],
        )


def _text(scope: Construct, name: str, description: str, *shapes: Shape, default: str | None = None) -> str:
    """Declare a variable under its own name, and give how expressions refer to it."""
    validation = [
        TerraformVariableValidationConfig(
            condition=f'${{can(regex("{shape.pattern}", var.{name}))}}', error_message=f"{name} {shape.words}"
        )
        for shape in shapes
    ]
    variable = TerraformVariable(
        scope,
        name,
        type="string",
        description=description,
        default=default,
        nullable=False,
        validation=validation or None,
    )
    return at(name, variable).string_value
