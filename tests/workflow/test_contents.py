import os
import time

import pytest

from workflow import contents
from workflow.contents import MISSING, digest_of_file, digest_of_folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with some files; what is remembered is in a folder beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images" / "inner").mkdir(parents=True)
    for number in range(20):
        (tmp_path / "images" / ("inner" if number > 15 else "") / f"{number}.png").write_bytes(bytes([number]) * 100)
    return tmp_path / "images"


@pytest.fixture
def hashed(monkeypatch):
    """The files whose content was read."""
    read, own = [], contents.content_digest
    monkeypatch.setattr(contents, "content_digest", lambda path: read.append(os.fspath(path)) or own(path))
    return read


def test_the_digest_is_of_names_and_contents_and_not_of_dates(folder):
    before = digest_of_folder(str(folder))
    os.utime(folder / "3.png", (1, 1))
    assert digest_of_folder(str(folder)) == before
    (folder / "3.png").rename(folder / "33.png")
    renamed = digest_of_folder(str(folder))
    assert renamed != before
    (folder / "33.png").rename(folder / "3.png")
    assert digest_of_folder(str(folder)) == before
    (folder / "3.png").write_bytes(b"y" * 100)
    assert digest_of_folder(str(folder)) not in (before, renamed)


def test_a_folder_that_was_moved_has_the_same_digest(folder):
    before = digest_of_folder(str(folder))
    moved = folder.rename(folder.with_name("elsewhere"))
    assert digest_of_folder(str(moved)) == before


def test_an_older_file_in_the_place_of_another_is_noticed(folder):
    before, of_one = digest_of_folder(str(folder)), digest_of_file(str(folder / "3.png"))
    (folder.parent / "old").write_bytes(b"z" * 100)
    os.utime(folder.parent / "old", (1577836800, 1577836800))
    os.replace(folder.parent / "old", folder / "3.png")
    assert digest_of_folder(str(folder)) != before
    assert digest_of_file(str(folder / "3.png")) != of_one


def test_only_what_has_changed_is_read_again(folder, hashed):
    digest_of_folder(str(folder))
    assert len(hashed) == 20
    digest_of_folder(str(folder))
    assert len(hashed) == 20
    time.sleep(0.01)
    (folder / "3.png").write_bytes(b"y" * 100)
    digest_of_folder(str(folder))
    assert hashed[20:] == [str(folder / "3.png")]


def test_a_file_left_out_changes_nothing_and_a_new_one_does(folder):
    before = digest_of_folder(str(folder))
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "notes.txt").write_bytes(b"x")
    assert digest_of_folder(str(folder)) == before
    (folder / "new.png").write_bytes(b"x")
    assert digest_of_folder(str(folder)) != before


def test_what_is_remembered_may_be_lost_or_broken_and_need_not_be_writable(folder, monkeypatch):
    before = digest_of_folder(str(folder))
    for path in contents.KEPT.iterdir():
        path.write_text("rubbish")
    assert digest_of_folder(str(folder)) == before
    monkeypatch.setattr(contents, "KEPT", folder / "3.png" / "nowhere")
    assert digest_of_folder(str(folder)) == before


def test_what_is_not_there_is_missing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert digest_of_file(str(tmp_path / "nothing.png")) == MISSING
    assert digest_of_folder(str(tmp_path / "nothing")) == digest_of_folder(str(tmp_path / "none"))


def test_names_that_are_no_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    before = digest_of_folder("images")
    with open(os.fsencode(tmp_path / "images") + b"/caf\xe9.jpg", "wb") as file:
        file.write(b"x")
    assert digest_of_folder("images") != before
