import os

import pytest

from iadb_core.data.listing import HIDDEN, LEFTOVER, NO_FILE, OTHER, TWICE, classes_in, listed


def touched(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def found(root):
    return [os.path.relpath(entry.path, root) for entry in listed(root).images]


def left_out(root):
    return {reason: [os.path.relpath(path, root) for path in paths] for reason, paths in listed(root).left_out.items()}


def test_files_are_in_the_order_of_their_paths_whatever_their_suffix(tmp_path):
    touched(tmp_path, "b.png", "a.JPG", "c.jfif", "d", "inner/e.unknown", "B.png")
    assert found(tmp_path) == ["B.png", "a.JPG", "b.png", "c.jfif", "d", "inner/e.unknown"]
    assert [entry.certain for entry in listed(tmp_path).images] == [True, True, True, True, False, False]


def test_what_systems_and_notebooks_leave_behind_is_left_out_and_told(tmp_path):
    hidden = ("._a.png", ".DS_Store", ".ipynb_checkpoints/a.png", ".git/b.png", ".a.png.swp")
    leftovers = ("Thumbs.db", "desktop.ini", "__MACOSX/a.png", "@eaDir/a.png", "a.png~", "~$b.png", "b.png.crdownload")
    touched(tmp_path, "a.png", *hidden, *leftovers, "notes.txt", "labels.csv", "film.mp4")
    assert found(tmp_path) == ["a.png"]
    told = left_out(tmp_path)
    assert set(told) == {HIDDEN, LEFTOVER, OTHER}
    assert told[OTHER] == ["film.mp4", "labels.csv", "notes.txt"]
    assert "._a.png" in told[HIDDEN]
    assert "__MACOSX" in told[LEFTOVER]


def test_links_are_followed_once_also_in_a_circle(tmp_path):
    touched(tmp_path, "faces/a.png", "elsewhere/b.png", "elsewhere/c.png")
    faces = tmp_path / "faces"
    (faces / "cats").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (faces / "again").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (faces / "circle").symlink_to(faces, target_is_directory=True)
    (faces / "alias.png").symlink_to(faces / "a.png")
    (faces / "nowhere.png").symlink_to(tmp_path / "gone.png")
    os.link(faces / "a.png", faces / "hard.png")
    os.mkfifo(faces / "pipe.png")
    assert found(faces) == ["a.png", "again/b.png", "again/c.png"]
    told = left_out(faces)
    assert told[TWICE] == ["alias.png", "hard.png"]
    assert told[NO_FILE] == ["nowhere.png", "pipe.png"]


def test_a_link_to_one_file_is_followed(tmp_path):
    touched(tmp_path, "elsewhere/b.png")
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / "b.png").symlink_to(tmp_path / "elsewhere" / "b.png")
    assert found(tmp_path / "faces") == ["b.png"]


def test_names_that_are_no_text_are_listed(tmp_path):
    with open(os.fsencode(tmp_path) + b"/caf\xe9.jpg", "wb"):
        pass
    (path,) = found(tmp_path)
    assert os.fsencode(path) == b"caf\xe9.jpg"


@pytest.mark.parametrize("name", ["missing", "a.png"])
def test_what_is_no_folder_has_no_files(tmp_path, name):
    touched(tmp_path, "a.png")
    assert listed(tmp_path / name).images == []


def no_image(path):
    return False


def test_classes_are_subfolders_with_images_in_the_order_of_their_names(tmp_path):
    touched(tmp_path, "dogs/a.png", "cats/old/b.JPG", "notes/read.txt", ".cache/c.png", "__MACOSX/d.png", "labels.csv")
    assert classes_in(tmp_path, no_image) == ["cats", "dogs"]
    (tmp_path / "wolves").symlink_to(tmp_path / "dogs", target_is_directory=True)
    assert classes_in(tmp_path, no_image) == ["cats", "dogs", "wolves"]


def test_one_subfolder_or_images_beside_several_are_no_classes(tmp_path):
    touched(tmp_path, "cats/a.png", "b")
    assert classes_in(tmp_path, no_image) == []
    touched(tmp_path, "dogs/a.png")
    assert classes_in(tmp_path, no_image) == ["cats", "dogs"]
    assert classes_in(tmp_path, lambda path: path.endswith("b")) == []
    touched(tmp_path, "c.png")
    assert classes_in(tmp_path, no_image) == []
    assert classes_in(tmp_path / "missing", no_image) == []
