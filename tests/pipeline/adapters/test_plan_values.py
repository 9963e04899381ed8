"""Values of every kind in saved plans, read from the file and from what the engine shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pipeline.adapters.engine import PLAN_FILE, Engine
from pipeline.adapters.plan_file import EngineName, read_plan_file
from pipeline.adapters.plans import read_plan
from pipeline.values.plan import Action, PlanMode, UnknownPlanFormatError
from pipeline.values.plan_differences import differences, output_differences
from tests.pipeline.engine_directory import EngineDirectory, read_both_ways

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox_fixtures import RunningSandbox

VALUES = r"""
variable "secret" {
  default   = "hunter2"
  sensitive = true
}

resource "terraform_data" "values" {
  input = {
    text     = "ü \u2028 <>& \" ${"$"}{x} 日本"
    empty    = ["", [], {}, null]
    numbers  = [0, -1, 1.5, 0.1, 1 / 3, 1e30, 1e-7, 9223372036854775807, 9223372036854775808, -9223372036854775809]
    like     = ["0.1", "1", "true"]
    truths   = [true, false]
    set      = toset(["b", "a"])
    objects  = toset([{ a = 1 }, { a = 2 }])
    map      = tomap({ "key with.dots" = "x" })
    secret   = var.secret
    secrets  = [{ plain = 1, hidden = var.secret }]
    all      = sensitive({ a = 1 })
  }
}

resource "terraform_data" "unknown" {
  input = {
    whole    = terraform_data.values.output
    id       = terraform_data.values.id
    list     = [terraform_data.values.id, 1, [], {}, null]
    set      = toset([terraform_data.values.id, "known"])
    object   = { known = 1, later = terraform_data.values.id }
    secret   = [var.secret, sensitive(terraform_data.values.id)]
  }
}

output "later" {
  value = terraform_data.values.output
}

output "partly" {
  value = [1.25, { id = terraform_data.values.id }]
}

output "secret" {
  value     = var.secret
  sensitive = true
}
"""

INSTANCES = r"""
variable "keys" {
  default = ["plain", "with.dot", "quote\"[]", "back\\slash", "line\nend", "$${x} %%{y} $", "ü\u00a0\u200b"]
}

resource "terraform_data" "counted" {
  count = 11
  input = count.index
}

resource "terraform_data" "each" {
  for_each = toset(var.keys)
  input    = each.key
}

module "m" {
  source   = "./m"
  for_each = toset(var.keys)
}
"""
INSTANCES_MODULE = """
resource "terraform_data" "data" {
  for_each = toset(["k"])
}

data "terraform_remote_state" "data" {
  backend  = "local"
  config   = { path = terraform_data.data["k"].id }
  defaults = { made = timestamp() }
}
"""

WIDENED = """
resource "terraform_data" "one" {
  input            = { a = 1, token = "hush" }
  triggers_replace = ["b"]
}
"""
NARROW = WIDENED.replace(', token = "hush"', "").replace('"b"', '"a"')

CLIENT = {
    "terraform": {"required_providers": {"aws": {"source": "aws"}}},
    "provider": {"aws": {"region": "eu-central-1", "s3_use_path_style": True, "skip_metadata_api_check": True}},
    "resource": {
        "aws_cognito_user_pool": {"pool": {"name": "plans"}},
        "aws_cognito_user_pool_client": {
            "client": {
                "name": "plans",
                "user_pool_id": "${aws_cognito_user_pool.pool.id}",
                "generate_secret": True,
                "prevent_user_existence_errors": "ENABLED",
            }
        },
        "aws_dynamodb_table": {
            "table": {
                "name": "plans",
                "hash_key": "id",
                "billing_mode": "PAY_PER_REQUEST",
                "attribute": [{"name": "id", "type": "S"}],
                "ttl": {"attribute_name": "until", "enabled": True},
                "tags": {"cost center": "7"},
            }
        },
    },
}


def test_values_of_every_kind_read_the_same(directory: EngineDirectory) -> None:
    directory.configure(VALUES)
    created = read_both_ways(directory.plan())
    assert created.worst_action is Action.CREATE
    directory.apply()
    directory.configure(VALUES.replace("hunter2", "hunter3").replace("1.5, 0.1", "2.5, 0.1"))

    changed = read_both_ways(directory.plan())

    assert changed.worst_action is Action.UPDATE
    assert "hunter" not in repr([*map(differences, changed.changes), output_differences(changed), changed])


def test_instances_of_every_kind_read_the_same(directory: EngineDirectory) -> None:
    directory.configure_module("m", INSTANCES_MODULE)
    directory.configure(INSTANCES)

    plan = read_both_ways(directory.plan())

    assert [c.index for c in plan.changes if c.name == "counted"] == list(range(11))
    assert {c.index for c in plan.changes if c.name == "each"} > {"with.dot", 'quote"[]', "line\nend"}
    assert len({c.module for c in plan.changes}) == 1 + 7


def test_a_plan_of_a_real_schema_reads_the_same(sandbox: RunningSandbox, engine: EngineName, tmp_path: Path) -> None:
    directory = EngineDirectory(engine=engine, path=tmp_path, environment=sandbox.environment)
    config = tmp_path / "aws.tf.json"
    config.write_text(json.dumps(CLIENT))
    directory.configure("")
    read_both_ways(directory.plan())
    directory.apply()
    config.write_text(json.dumps(CLIENT).replace('"generate_secret": true', '"generate_secret": false'))

    saved = directory.plan()

    (secret,) = (r["instances"][0]["attributes"] for r in directory.state["resources"] if r["name"] == "client")
    assert secret["client_secret"]
    shown = saved.from_json(PlanMode.NORMAL)
    assert shown.worst_action is Action.REPLACE
    assert secret["client_secret"] not in repr([*map(differences, shown.changes), shown])
    assert read_both_ways(saved) == shown
    read_both_ways(directory.plan("-destroy"), PlanMode.DESTROY)
    read_both_ways(directory.plan("-refresh-only"), PlanMode.REFRESH_ONLY)
    directory.succeed("destroy", "-auto-approve")


def test_what_the_file_does_not_say_is_asked_of_the_engine(directory: EngineDirectory) -> None:
    """A replacement that brings new attributes does not say in its file whether they are sensitive."""
    directory.configure(NARROW)
    directory.apply()
    directory.configure(WIDENED)
    engine = Engine(directory.path, {**directory.environment, "TERRAFORM_BINARY_NAME": directory.engine})
    engine.plan(directory.path)
    with pytest.raises(UnknownPlanFormatError, match="does not say whether new attributes"):
        read_plan_file(directory.path / PLAN_FILE, directory.engine)

    plan = read_plan(engine, directory.path, PlanMode.NORMAL)

    (change,) = plan.effective
    assert change.action is Action.REPLACE
    assert change.after["input"] == {"a": 1, "token": "hush"}
