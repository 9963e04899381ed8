from __future__ import annotations

import pkgutil

import pytest

from pipeline.sandbox import mends
from pipeline.sandbox.mends import patching


class Moto:
    def known(self) -> str:
        return "stock"


def test_a_function_is_replaced_by_one_made_from_it() -> None:
    class Changed(Moto):
        pass

    patching.replace(Changed, "known", lambda original: lambda self: original(self) + ", mended")
    assert Changed().known() == "stock, mended"
    assert Moto().known() == "stock"


def test_replacing_what_a_new_moto_no_longer_has_fails() -> None:
    with pytest.raises(AttributeError, match="forgotten"):
        patching.replace(Moto, "forgotten", lambda original: original)


def test_adding_what_a_new_moto_has_fails() -> None:
    with pytest.raises(TypeError, match=r"Moto\.known exists in this moto: remove the mend"):
        patching.add(Moto, "known", lambda _: "mended")


def test_every_mend_is_in_the_list() -> None:
    modules = {module.name for module in pkgutil.iter_modules(mends.__path__)} - {"patching"}
    assert {mend.__module__.rpartition(".")[2] for mend in mends.MENDS} == modules
