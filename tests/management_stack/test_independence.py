from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.tenant_stack.app import PROJECT, files_of, run_app

if TYPE_CHECKING:
    from pathlib import Path

KEPT = ("__init__.py", "cdk.py", "lean_bindings.py", "lean_bindings.cjs")
APP = """
from management_stack.stack import ManagementStack
from tenant_stack.cdk import App

app = App(stack_traces=False)
ManagementStack(app, "management")
app.synth()
"""


def test_it_stays_the_same_beside_another_template(tmp_path: Path) -> None:
    """Whoever writes a template of their own keeps nothing of the shipped one but the door to CDKTF."""
    project, shipped, other = tmp_path / "project", tmp_path / "shipped", tmp_path / "other"
    (project / "tenant_stack").mkdir(parents=True)
    shutil.copytree(PROJECT / "management_stack", project / "management_stack")
    for file in KEPT:
        shutil.copy(PROJECT / "tenant_stack" / file, project / "tenant_stack")
    (project / "main.py").write_text(APP)
    path = {"PYTHONPATH": str(project)}

    run_app(environment={"CDKTF_OUTDIR": str(shipped)})
    run_app(project=project, environment={"CDKTF_OUTDIR": str(other), **path})

    config = "stacks/management/cdk.tf.json"
    assert files_of(other)[config] == files_of(shipped)[config]
