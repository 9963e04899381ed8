from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.adapters.engine import Engine
from pipeline.adapters.input_check import check_inputs
from pipeline.errors import InvalidInputError
from pipeline.values.identifiers import TenantId
from tests.pipeline.engine_directory import plain_environment
from tests.pipeline.samples import TENANT, manifest_of, template_files

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.adapters.plan_file import EngineName


def test_each_fault_is_told_with_its_tenant(engine: EngineName, tmp_path: Path) -> None:
    seats = {"alpha": 3, "beta": "many", "gamma": 0}
    tenants = [replace(TENANT, tenant_id=TenantId(name), inputs={"seats": value}) for name, value in seats.items()]
    environment = {**plain_environment(tmp_path), "TERRAFORM_BINARY_NAME": engine}

    with pytest.raises(InvalidInputError) as refused:
        check_inputs(Engine(tmp_path, environment), tenants, manifest_of(template_files()).tiers)

    lines = sorted(line.strip() for line in refused.value.message.splitlines())
    assert [line.split(":")[0] for line in lines] == ["tenant beta", "tenant gamma"]
    assert "not suitable for seats: a number is required" in lines[0]
    assert "Seats must be more than none." in lines[1]
