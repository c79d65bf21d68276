"""Files that are not there, or not as they are named: noticed also where results exist already."""

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image
from small import IMAGES, POINTS


def last_said(run):
    return run.stderr.strip().splitlines()[-1].strip()


def test_a_picture_that_is_misspelt_or_removed_is_noticed_where_there_are_results(workspace):
    workspace.configure({"points": POINTS})
    assert workspace.snakemake("results/points/target/train.npy").returncode == 0
    workspace.configure({"points": POINTS | {"target": {"picture": {"path": "rihgt.png"}}}})
    run = workspace.snakemake("results/points/target/train.npy")
    assert run.returncode == 1
    assert last_said(run) == "rihgt.png does not exist; did you mean right.png?"
    workspace.configure({"points": POINTS})
    workspace.path("right.png").unlink()
    run = workspace.snakemake("results/points/target/train.npy")
    assert run.returncode == 1
    assert last_said(run).startswith("right.png does not exist")


def test_an_older_picture_in_the_place_of_another_is_noticed(workspace):
    workspace.configure({"points": POINTS})
    target = "results/points/target/train.npy"
    assert workspace.snakemake(target).returncode == 0
    before = workspace.path(target).read_bytes()
    assert workspace.plan(target) == set()
    shutil.copy(workspace.path("left.png"), workspace.path("old.png"))
    os.utime(workspace.path("old.png"), (1577836800, 1577836800))
    os.replace(workspace.path("old.png"), workspace.path("right.png"))
    assert workspace.plan(target) == {"draw_samples"}
    assert workspace.snakemake(target).returncode == 0
    assert workspace.path(target).read_bytes() != before


@pytest.fixture
def faces(workspace):
    """A folder of images in the workspace, and an experiment of it."""
    folder = workspace.path("faces")
    folder.mkdir()
    for number in range(20):
        Image.new("L", (12, 10), 10 * number).save(folder / f"{number:02}.png")
    workspace.configure({"faces": IMAGES | {"target": {"folder": {"path": "faces", "size": 8}}}})
    return folder


SAMPLES = "results/faces/target/train.npy"


def test_a_folder_as_people_have_it_is_read_and_what_is_left_out_is_told(workspace, faces):
    (faces / "._00.png").write_bytes(b"\x00\x05\x16\x07")
    (faces / "notes.txt").write_text("notes")
    (faces / "photo.heic").write_bytes(b"0")
    (faces / "more").symlink_to(faces.parent / "elsewhere", target_is_directory=True)
    (faces.parent / "elsewhere").mkdir()
    Image.new("L", (9, 9), 7).save(faces.parent / "elsewhere" / "one.jfif", "JPEG")
    os.rename(faces / "03.png", os.fsencode(faces) + b"/caf\xe9.png")
    run = workspace.snakemake(SAMPLES)
    assert run.returncode == 0, run.stderr
    log = workspace.path("logs/samples/faces/target.log").read_text()
    assert "21 images read: 20 PNG, 1 JPEG" in log
    assert "1 left out, an image of a format that is not read" in log
    assert "left out: 3 files" in log


def test_a_change_in_a_folder_is_noticed_by_content_and_its_files_are_no_inputs(workspace, faces):
    assert workspace.snakemake(SAMPLES).returncode == 0
    assert workspace.plan(SAMPLES) == set()
    os.utime(faces / "05.png")
    (faces / ".DS_Store").write_bytes(b"x")
    assert workspace.plan(SAMPLES) == set()
    (faces / "05.png").rename(faces / "55.png")
    assert workspace.plan(SAMPLES) == {"read_samples"}
    (faces / "55.png").rename(faces / "05.png")
    assert workspace.plan(SAMPLES) == set()
    (faces / "06.png").unlink()
    assert workspace.plan(SAMPLES) == {"read_samples"}


@pytest.mark.parametrize("what", ["broken", "missing"])
def test_the_cause_is_the_last_thing_to_be_read(workspace, faces, what):
    if what == "broken":
        (faces / "07.png").write_bytes(b"junk")
    else:
        shutil.rmtree(faces)
    run = workspace.snakemake(SAMPLES)
    assert run.returncode == 1
    said = {
        "broken": "1 of 20 images are broken, repair or remove them: faces/07.png",
        "missing": "faces: no images in this",
    }
    assert last_said(run).startswith(said[what])
    assert "faces/08.png" not in run.stderr


def test_a_table_of_numbers_is_a_target(workspace):
    rows = "\n".join(f"{number},{number % 7},{'ab'[number % 2]}" for number in range(60))
    workspace.path("table.csv").write_text(f"width,height,kind\n{rows}\n")
    source = {
        "source": {"gaussian": {}},
        "target": {"points": {"path": "table.csv", "label": "kind", "standardise": True}},
    }
    workspace.configure({"table": POINTS | source})
    run = workspace.snakemake("results/table.gif", "results/table/metrics.csv", "results/table/seed0/samples.csv")
    assert run.returncode == 0, run.stderr
    assert workspace.path("results/table/seed0/samples.csv").read_text().startswith("width,height\n")
    workspace.path("table.csv").write_text(f"width,height,kind\n{rows}\n1,,a\n")
    run = workspace.snakemake("results/table.gif")
    assert run.returncode == 1
    assert last_said(run) == (
        "experiments.table.target: table.csv: 1 of 61 rows have no number in height: rows 61; "
        "fill or remove them, or name other `columns`"
    )


def test_a_home_folder_is_found(workspace, monkeypatch):
    monkeypatch.setenv("HOME", str(workspace.root))
    (workspace.root / "home").mkdir()
    shutil.copy(workspace.path("right.png"), workspace.path("home/right.png"))
    workspace.configure({"points": POINTS | {"target": {"picture": {"path": "~/home/right.png"}}}})
    run = workspace.snakemake("results/points/target/train.npy")
    assert run.returncode == 0, run.stderr
    assert Path(workspace.path("results/points/target/train.npy")).exists()
