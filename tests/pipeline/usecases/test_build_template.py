from __future__ import annotations

import json
import re
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.adapters.template_directory import TemplateDirectory
from pipeline.errors import SettingsError, TemplateError
from pipeline.usecases.build_template import TemplateBuilder
from tests.pipeline.projects import tier_config, variable, write_app
from tests.tenant_stack.app import CACHE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.json_types import JsonObject

# A real app on the library alone: no provider's bindings, so that a synthesis takes a second.
CDKTF_APP = """\
from cdktf import App, LocalBackend, TerraformOutput, TerraformResource, TerraformStack, TerraformVariable

def variable(stack, name, type_, **more):
    return TerraformVariable(stack, name, **{"type": type_, "description": "A variable.", **more})

def resource(scope, name):
    return TerraformResource(scope, name, terraform_resource_type="terraform_data")

app = App()
basic = TerraformStack(app, "basic")
variable(basic, "tenant_id", "string")
seats = variable(basic, "seats", "number")
LocalBackend(basic, path="here.tfstate")
data = resource(basic, "data")
"""


@pytest.fixture(autouse=True)
def _shared_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare each synthesis from unpacking the library anew."""
    for name, value in CACHE.items():
        monkeypatch.setenv(name, value)


def builder(project: Path) -> TemplateBuilder:
    return TemplateBuilder(
        project=project,
        sources=("*.py", "tenant_stack", "template_locks"),
        versions=TemplateDirectory(project / ".pipeline" / "templates"),
        record=project / ".pipeline" / "templates" / "last_build.json",
    )


def write_cdktf_app(project: Path, more: str) -> None:
    (project / "main.py").write_text(CDKTF_APP + dedent(more) + "\napp.synth()\n")


def traced(project: Path) -> Path:
    """Let the app leave a line in a file whenever it runs."""
    runs = project / "runs.txt"
    app = project / "main.py"
    app.write_text(app.read_text() + f"\nopen({str(runs)!r}, 'a').write('run\\n')\n")
    return runs


def test_a_real_synthesis_is_cleaned(tmp_path: Path) -> None:
    write_cdktf_app(tmp_path, 'TerraformOutput(basic, "seats_of", value=seats.number_value, description="Seats.")')

    template = builder(tmp_path).build().template

    config = template.config("basic")
    assert template.manifest.tier("basic").resources == ("terraform_data.data",)
    assert set(template.manifest.tier("basic").inputs) == {"seats"}
    assert config["output"]["seats_of"]["value"] == "${var.seats}"
    assert "//" not in json.dumps(config)
    assert "backend" not in config["terraform"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            'TerraformOutput(basic, "o", value=f"x-{seats.number_value}")',
            r"basic: output\.o\.value: 'x--.*e\+29\d' is a token that was formatted into a string",
        ),
        (
            'TerraformOutput(basic, "o", value=data.fqn.upper())',
            r"basic: output\.o\.value: '.*TFTOKEN\[.*' is a token that was formatted into a string",
        ),
        (
            'resource(basic, "data2").override_logical_id("data")',
            r"clashing addresses: basic/data and basic/data2 are both terraform_data\.data",
        ),
        ('raise ValueError("no such tier: gold")', r"main\.py failed:\n(?s:.*)ValueError: no such tier: gold"),
        (
            'TerraformResource(basic, "x", terraform_resource_type=1)',
            r"main\.py failed:\n(?s:.*)terraform_resource_type must be str",
        ),
    ],
    ids=["a number in a string", "a token in capitals", "clashing addresses", "the app's own error", "a wrong type"],
)
def test_a_real_synthesis_that_is_not_fit_is_refused(tmp_path: Path, more: str, says: str) -> None:
    write_cdktf_app(tmp_path, more)

    with pytest.raises(TemplateError, match=says) as refusal:
        builder(tmp_path).build()

    assert "site-packages" not in refusal.value.message
    assert builder(tmp_path).last() is None


@pytest.mark.parametrize(
    ("configs", "says"),
    [
        ({"basic": tier_config(x={"type": "string"})}, "basic: variable.x has no description"),
        ({"basic": tier_config(x={"description": "X."})}, "basic: variable.x has no type"),
        ({"Basic Tier": tier_config()}, "Basic Tier: the stack's id is not a tier name"),
        ({"management": {"variable": {"region": variable("string")}}}, "so there is no tier"),
        ({}, "so there is no tier"),
    ],
)
def test_what_is_not_fit_to_be_published_is_refused(
    tmp_path: Path, configs: Mapping[str, JsonObject], says: str
) -> None:
    write_app(tmp_path, configs)

    with pytest.raises(TemplateError, match=re.escape(says)):
        builder(tmp_path).build()

    assert builder(tmp_path).last() is None


def test_every_problem_of_every_tier_is_told_at_once(tmp_path: Path) -> None:
    bad = tier_config(x={}, y={"type": "string"})
    write_app(tmp_path, {"basic": bad, "premium": bad})

    with pytest.raises(TemplateError) as refusal:
        builder(tmp_path).build()

    problems = ["variable.x has no description", "variable.y has no description", "variable.x has no type"]
    told = [f"{tier}: {problem}" for tier in ("basic", "premium") for problem in problems]
    assert refusal.value.message == "the template is not fit to be published:\n" + indent("\n".join(told), "  ")


@pytest.mark.parametrize(
    ("app", "says"),
    [
        ("", "main.py wrote no stacks"),
        ("raise SystemExit(3)", "main.py failed"),
        ("import absent_module", "No module named 'absent_module'"),
        ("1 +", "SyntaxError"),
    ],
)
def test_an_app_that_gives_nothing_is_refused(tmp_path: Path, app: str, says: str) -> None:
    (tmp_path / "main.py").write_text(app)

    with pytest.raises(TemplateError, match=says):
        builder(tmp_path).build()


def test_without_an_app_there_is_nothing_to_build(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"has no main\.py"):
        builder(tmp_path).build()


def test_without_node_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_app(tmp_path, {"basic": tier_config()})
    runs = traced(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SettingsError, match="node is not on PATH"):
        builder(tmp_path).build()

    assert not runs.exists()


def test_unchanged_sources_run_nothing(tmp_path: Path) -> None:
    write_app(tmp_path, {"basic": tier_config()})
    runs = traced(tmp_path)
    first = builder(tmp_path).build()

    second = builder(tmp_path).build()

    assert (first.unchanged, second.unchanged) == (False, True)
    assert second.template == first.template
    assert runs.read_text() == "run\n"


@pytest.mark.parametrize(
    "path", ["more.py", "tenant_stack/policies.json", "tenant_stack/deep/x.py", "template_locks/terraform.lock.hcl"]
)
def test_a_changed_source_runs_the_app(tmp_path: Path, path: str) -> None:
    write_app(tmp_path, {"basic": tier_config()})
    runs = traced(tmp_path)
    builder(tmp_path).build()
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("x = 1\n")

    assert not builder(tmp_path).build().unchanged
    assert runs.read_text() == "run\nrun\n"


@pytest.mark.parametrize("path", ["README.md", "tenant_stack/__pycache__/x.pyc", "tenant_stack/.cache/x", "tests/t.py"])
def test_what_is_no_source_changes_nothing(tmp_path: Path, path: str) -> None:
    write_app(tmp_path, {"basic": tier_config()})
    builder(tmp_path).build()
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("x = 1\n")

    assert builder(tmp_path).build().unchanged


def test_a_changed_module_is_noticed_wherever_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (module := tmp_path / "elsewhere" / "queue").mkdir(parents=True)
    (module / "main.tf").write_text("# one")
    (left_over := tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(left_over))
    monkeypatch.setenv("CDKTF_CONTEXT_JSON", '{"cdktfRelativeModules": ["elsewhere"]}')
    write_cdktf_app(
        tmp_path,
        """
        from cdktf import TerraformHclModule
        TerraformHclModule(basic, "queue", source="./elsewhere/queue")
        """,
    )
    (tmp_path / "cdktf.json").write_text("{}")
    first = builder(tmp_path).build()
    (module / "main.tf").write_text("# two")

    second = builder(tmp_path).build()

    assert not second.unchanged
    assert [path.read_text() for path in second.template.directory.rglob("main.tf")] == ["# two"]
    assert second.template.manifest.version != first.template.manifest.version
    assert builder(tmp_path).build().template.manifest.version == second.template.manifest.version
    assert list(left_over.iterdir()) == []


def vanish(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


def empty(path: Path) -> None:
    path.write_bytes(b"[]")


@pytest.mark.parametrize("file", ["last_build.json", "*/manifest.json", "*/tiers/basic/cdk.tf.json"])
@pytest.mark.parametrize("damage", [vanish, cut, empty])
def test_a_build_that_was_damaged_is_not_believed(tmp_path: Path, file: str, damage: Any) -> None:
    write_app(tmp_path, {"basic": tier_config()})
    runs = traced(tmp_path)
    first = builder(tmp_path).build()
    (damaged,) = (tmp_path / ".pipeline" / "templates").glob(file)
    damage(damaged)

    rebuilt = builder(tmp_path).build()

    assert runs.read_text() == "run\nrun\n"
    assert rebuilt.template == first.template
    assert builder(tmp_path).build().unchanged


def test_the_same_content_is_the_same_version(tmp_path: Path) -> None:
    versions = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_app(tmp_path / name, {"premium": tier_config(), "basic": tier_config()})
        versions.append(builder(tmp_path / name).build().template.manifest.version)

    assert versions[0] == versions[1]


def test_a_lock_file_belongs_to_the_template(tmp_path: Path) -> None:
    write_app(tmp_path, {"basic": tier_config()})
    without = builder(tmp_path).build().template.manifest
    (tmp_path / "template_locks").mkdir()
    (tmp_path / "template_locks" / "tofu.lock.hcl").write_text("lock")

    locked = builder(tmp_path).build().template

    lock = locked.lock_file("tofu")
    assert lock is not None
    assert lock.read_text() == "lock"
    assert locked.manifest.version != without.version
    assert locked.manifest.config_digest("basic", "terraform") == without.config_digest("basic", "terraform")


def test_a_stack_that_is_no_tier_is_left_out(tmp_path: Path) -> None:
    write_app(tmp_path, {"basic": tier_config(), "management": {"resource": {}}})

    assert list(builder(tmp_path).build().template.manifest.tiers) == ["basic"]


def test_warnings_are_given_by_every_build(tmp_path: Path) -> None:
    write_app(tmp_path, {"basic": tier_config(), "management": {"resource": {}}, "gold": {"variable": {}}})

    first, second = builder(tmp_path).build(), builder(tmp_path).build()

    assert (first.unchanged, second.unchanged) == (False, True)
    assert [warning.partition(": ")[0] for warning in first.warnings] == ["basic", "basic", "gold"]
    assert first.warnings[-1] == "gold: there is no variable tenant_id: the stack is no tier, and left out"
    assert second.warnings == first.warnings
