from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from pipeline.options import allow_option


@click.command()
@allow_option
def command(allow: tuple[str, ...]) -> None:
    click.echo(" ".join(sorted(allow)))


@pytest.mark.parametrize(
    ("arguments", "variable", "allowed"),
    [
        ([], "", ""),
        (["--allow", "aws_kms_key"], "", "aws_kms_key"),
        ([], 'aws_kms_key  aws_s3_bucket.files["a"]', 'aws_kms_key aws_s3_bucket.files["a"]'),
        (["--allow", "aws_kms_key"], "aws_s3_bucket", "aws_kms_key"),
        ([], "--allow=x $(touch stolen)", "$(touch --allow=x stolen)"),
    ],
)
def test_what_the_guard_lets_through_can_come_from_a_workflows_input(
    arguments: list[str], variable: str, allowed: str
) -> None:
    done = CliRunner().invoke(command, arguments, env={"GUARD_ALLOW": variable})
    assert (done.exit_code, done.stdout) == (0, f"{allowed}\n")
