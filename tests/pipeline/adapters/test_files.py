from __future__ import annotations

from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from pipeline.adapters.files import new_directory, write_whole

if TYPE_CHECKING:
    from pathlib import Path


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"1")
    write_whole(tmp_path / "a", b"2", mode=0o600)

    assert (tmp_path / "a").read_bytes() == b"2"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["a"]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()

    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "a", b"1")

    assert names(tmp_path) == ["a"]


def test_a_reader_never_sees_a_part(tmp_path: Path) -> None:
    contents = [letter * 1_000_000 for letter in (b"a", b"b")]
    write_whole(tmp_path / "a", contents[0])
    together = Barrier(2)

    def write() -> None:
        together.wait()
        for content in contents * 20:
            write_whole(tmp_path / "a", content)

    writer = Thread(target=write)
    writer.start()
    together.wait()
    while writer.is_alive():
        assert (tmp_path / "a").read_bytes() in contents
    writer.join()


def test_a_directory_appears_when_it_is_full(tmp_path: Path) -> None:
    with new_directory(tmp_path / "deep" / "new") as directory:
        (directory / "a").write_bytes(b"1")
        assert not (tmp_path / "deep" / "new").exists()

    assert names(tmp_path / "deep") == ["new"]
    assert names(tmp_path / "deep" / "new") == ["a"]


def test_a_block_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), new_directory(tmp_path / "new") as directory:
        (directory / "absent" / "a").write_bytes(b"1")

    assert names(tmp_path) == []


def test_the_faster_of_two_wins(tmp_path: Path) -> None:
    with new_directory(tmp_path / "new") as slower:
        (slower / "a").write_bytes(b"slower")
        with new_directory(tmp_path / "new") as faster:
            (faster / "a").write_bytes(b"faster")

    assert (tmp_path / "new" / "a").read_bytes() == b"faster"
    assert names(tmp_path) == ["new"]


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"")

    with pytest.raises(OSError, match="new"), new_directory(tmp_path / "new") as directory:
        (directory / "a").write_bytes(b"1")

    assert names(tmp_path) == ["new"]
