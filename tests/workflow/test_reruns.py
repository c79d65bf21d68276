"""After a change, exactly what depends on it runs again: real Snakemake, one change after the other.

What would run is asked of Snakemake for every change that can be taken back; some are then carried out.
"""

import os
import re
import shutil
from contextlib import contextmanager

import pytest
import yaml
from conftest import idx, make_workspace, small_mnist
from PIL import Image
from small import IMAGES, POINTS
from test_pipeline import ran

from iadb_core.drawing.archive import ArchivedFrames, save_frames
from iadb_core.drawing.png import read_frame
from workflow.reading import merged

TARGETS = ("results/points.gif", "results/metrics.csv")
DRAWN = {"render", "gif"}
MEASURED = {"generate", "sampling", "metrics", "table"}
SAMPLED = {"trajectory", *DRAWN, *MEASURED}
TRAINED = {"train", *SAMPLED}


class Project:
    """A workspace in which everything is up to date before each change, and after it has been made."""

    def __init__(self, workspace):
        self.workspace, self.experiment, self.others = workspace, POINTS, {}
        self.path = workspace.path

    def configure(self, **changed):
        """Change settings of sections of the experiment, or its seeds and threads."""
        self.experiment = merged(self.experiment, changed)
        self.workspace.configure({"points": self.experiment, **self.others}, default_experiments=["points"])

    @contextmanager
    def configured(self, **changed):
        """The same for a while."""
        before = self.experiment
        self.configure(**changed)
        try:
            yield
        finally:
            self.experiment = before
            self.configure()

    @contextmanager
    def edited(self, name):
        """A line more in a file for a while; its time is then what it was, too."""
        path, status, text = self.path(name), self.path(name).stat(), self.path(name).read_text()
        path.write_text(text + "\n# edited\n")
        try:
            yield
        finally:
            path.write_text(text)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def makes(self, *targets):
        """The rules that run."""
        return ran(self.workspace.snakemake(*(targets or TARGETS)))

    def would_make(self, *targets):
        """The rules that would run."""
        return self.workspace.plan(*(targets or TARGETS))

    def would_make_by_its_own_table(self):
        """The same by the table that Snakemake prints."""
        run = self.workspace.snakemake("--quiet", "host", "--dry-run", *TARGETS)
        assert run.returncode == 0, run.stderr
        table = re.findall(r"^(\w+) +\d+$", run.stdout + run.stderr, re.MULTILINE)
        assert table or "Nothing to be done" in run.stdout + run.stderr
        return set(table) - {"total", "all"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project(make_workspace(tmp_path_factory.mktemp("reruns") / "project"))
    project.configure()
    assert project.makes() == {"draw_samples", *TRAINED}
    return project


CHANGES = {
    "learning rate": ({"training": {"learning_rate": 0.01}}, TRAINED),
    "network": ({"network": POINTS["network"] | {"width": 9}}, TRAINED),
    "solver": ({"sampling": {"solver": "midpoint"}}, SAMPLED),
    "number of points in the animation": ({"sampling": {"count": 21}}, {"trajectory", *DRAWN, "table"}),
    "animation speed": ({"animation": {"frame_ms": 100}}, {"gif"}),
    "point colour": ({"animation": {"point_colour": "#336699"}}, DRAWN),
    "size of the frames": ({"animation": {"size": 65}}, DRAWN),
    "floor of the figures": ({"evaluation": {"floor_draws": 3}}, {"metrics", "table"}),
    "smaller shards": ({"sampling": {"shard_size": 40}}, MEASURED),
    "held-out points": ({"samples": {"held_out_points": 400}}, {"draw_samples", *MEASURED}),
    "training points": ({"samples": {"points": 1999}}, {"draw_samples", *TRAINED}),
}
CHANGES_NOTHING = {
    "another seed": {"seeds": [0, 1]},  # the first is shown and measured
    "threads": {"threads": 2},
    "devices": {"training": {"devices": 2, "nodes": 2}},
    "runs that share a computer": {"runs_per_gpu": 4},
    "shards of the same number": {"sampling": {"shard_size": 4100}},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_configuration(name, project):
    changed, expected = CHANGES[name]
    with project.configured(**changed):
        assert project.would_make() == expected


def test_what_a_dry_run_tells_is_what_runs(project):
    for changed in ({"training": {"learning_rate": 0.01}}, {"animation": {"frame_ms": 100}}):
        project.configure(**changed)
        told = project.would_make()
        assert project.would_make_by_its_own_table() == told
        assert project.makes() == told
        assert project.would_make() == set()


@pytest.mark.parametrize("name", CHANGES_NOTHING)
def test_a_change_that_changes_nothing(name, project):
    with project.configured(**CHANGES_NOTHING[name]):
        assert project.would_make() == set()


def test_seeds_extended(project):
    target = "results/points/metrics.csv"
    project.configure(seeds=[0])
    assert project.makes(target) == {"table"}
    old = {path: path.stat().st_mtime_ns for path in project.path("results/points/seed0").rglob("*.*")}
    project.configure(seeds=[0, 7])
    assert project.makes(target) == {"train", *MEASURED}
    assert {path: path.stat().st_mtime_ns for path in old} == old


def test_another_experiment_added(project):
    project.others = {"others": POINTS | {"training": {"steps": 20}}}
    project.configure()
    assert project.makes() == set()
    old = {path: path.stat().st_mtime_ns for path in project.path("results/points").rglob("*.*")}
    assert project.makes("results/others.gif") == {"draw_samples", "train", "trajectory", *DRAWN}
    assert {path: path.stat().st_mtime_ns for path in old} == old
    project.others = {}
    project.configure()
    assert project.makes() == set()


def test_keys_in_another_order_and_comments(project):
    path = project.path("config.yaml")
    config = yaml.safe_load(path.read_text())

    def reversed_keys(value):
        return {key: reversed_keys(value[key]) for key in reversed(value)} if isinstance(value, dict) else value

    path.write_text("# another order\n" + yaml.safe_dump(reversed_keys(config), sort_keys=False) + "# the end\n")
    assert project.makes() == set()


def test_another_number_of_cores(project):
    assert project.makes(*TARGETS, "--cores", "1") == set()


def test_the_recorded_configuration_makes_the_run_again(project):
    recorded = project.path("results/points/seed0/config.yaml").read_text(encoding="utf-8")
    experiment = yaml.safe_load(recorded)["experiments"]["points"]
    assert experiment["training"]["learning_rate"] == project.experiment["training"]["learning_rate"]
    project.path("config.yaml").write_text(recorded, encoding="utf-8")
    assert project.makes() == set()
    project.configure()


def test_a_picture_touched_and_a_picture_edited(project):
    picture = project.path("left.png")
    os.utime(picture)
    assert project.makes() == set()
    with Image.open(picture) as opened:
        edited = opened.copy()
    edited.putpixel((20, 20), 255)
    edited.save(picture)
    assert project.makes() == {"draw_samples", *TRAINED}


EDITED = {
    "iadb_core/drawing/gif.py": {"gif"},
    "iadb_core/__init__.py": set(),
    "iadb_core/face/trained.py": set(),
    "iadb_core/drawing/points.py": DRAWN,
    "iadb_core/method/solvers/euler.py": SAMPLED,
    "iadb_core/method/solvers/heun.py": set(),
    "iadb_core/training/loop.py": TRAINED,
    "iadb_core/networks/mlp/network.py": TRAINED,
    "iadb_core/networks/residual/network.py": set(),
    "iadb_core/data/kinds/picture.py": {"draw_samples", *TRAINED},
    "iadb_core/data/kinds/gaussian.py": set(),
    "iadb_core/data/registry.py": set(),
    "iadb_core/data/folders.py": set(),
    "iadb_core/evaluation/distances.py": {"metrics", "table"},
    "iadb_core/method/exact.py": set(),
    "iadb_core/system/progress.py": set(),  # rewording a line of a log
    "iadb_core/training/settings.py": set(),  # or a description
    "workflow/scripts/render.py": DRAWN,
    "workflow/scripts/maps.py": set(),
}


@pytest.mark.parametrize("path", EDITED)
def test_a_module_or_a_script_edited(path, project):
    # A script is read once in a process, by which Snakemake tells whether it has changed.
    asked = project.would_make_by_its_own_table if "scripts" in path else project.would_make
    with project.edited(path):
        assert asked() == EDITED[path]


def test_after_an_edit_has_been_made_nothing_is_left_to_do(project):
    file = project.path("iadb_core/drawing/points.py")
    file.write_text(file.read_text() + "\n# edited\n")
    assert project.makes() == DRAWN
    assert project.would_make() == set()


def test_a_file_at_the_end_deleted(project):
    project.path("results/points.gif").unlink()
    assert project.makes() == {"gif"}


def test_a_file_in_the_middle_deleted_is_not_missed_until_it_is_needed(project):
    frames = project.path("results/points/seed0/frames.zip")
    before = frames.read_bytes()
    frames.unlink()
    project.path("results/points/seed0/model.pt").unlink()
    assert project.makes() == set()
    assert project.makes("results/points/seed0/frames.zip") == {"render"}
    assert frames.read_bytes() == before
    assert project.makes() <= {"gif"}
    assert project.makes("results/points/seed0/model.pt") == {"train"}
    project.makes()


def test_frames_edited_are_in_the_gif(project):
    path = project.path("results/points/seed0/frames.zip")
    frames = [read_frame(frame).convert("RGB") for frame in ArchivedFrames(path)]
    frames[2].paste((0, 0, 0), (0, 0, 32, 32))
    save_frames(path, frames, threads=1)
    assert project.makes() == {"gif"}
    with Image.open(project.path("results/points.gif")) as gif:
        gif.seek(2)
        assert gif.convert("RGB").getpixel((5, 5)) == (0, 0, 0)


def test_the_number_of_steps(project):
    project.configure(sampling={"steps": 3})
    assert project.makes() == {"trajectory", "render", "gif", *MEASURED}


STUDIES = ("results/points/seed0/map.json", "results/points/solvers.csv")
STUDIED_AGAIN = {
    "number of points in the animation": ({"sampling": {"count": 22}}, set()),
    "floor of the figures": ({"evaluation": {"floor_draws": 4}}, {"solvers"}),
    "solver of the samples": ({"sampling": {"solver": "heun"}}, {"maps"}),
    "solvers of the table": ({"evaluation": {"solvers": ["euler", "heun"]}}, {"solvers"}),
    "points of the exact map": ({"evaluation": {"exact_count": 21}}, {"maps", "solvers"}),
}


@pytest.fixture(scope="module")
def studied(project):
    project.makes(*STUDIES)
    return project


@pytest.mark.parametrize("name", STUDIED_AGAIN)
def test_a_change_that_only_some_studies_depend_on(name, studied):
    changed, expected = STUDIED_AGAIN[name]
    with studied.configured(**changed):
        assert studied.would_make(*STUDIES) == expected


def test_a_data_set_moved_to_another_folder(workspace):
    raw = workspace.path("data/MNIST/raw")
    raw.mkdir(parents=True)
    for name, array in small_mnist().items():
        (raw / name).write_bytes(idx(array))
    few = {"training": IMAGES["training"] | {"batch_size": 16}, "evaluation": {"neighbours": 2}}
    experiments = {"mnist": IMAGES | few | {"target": {"dataset": {"name": "MNIST", "size": 8}}}}
    workspace.configure(experiments)
    targets = ("results/mnist.gif", "results/mnist/metrics.csv")
    assert "train" in ran(workspace.snakemake(*targets))
    workspace.path("data").rename(workspace.path("elsewhere"))
    workspace.configure(experiments, data_dir="elsewhere")
    assert ran(workspace.snakemake(*targets)) == set()
    assert ran(workspace.snakemake("results/mnist/target/train.npy", "--force")) == {"read_labelled_samples"}
    assert ran(workspace.snakemake(*targets)) == set()


def test_an_earlier_configuration_is_restored_without_training(project, monkeypatch):
    cache = project.path("cache")
    cache.mkdir()
    monkeypatch.setenv("SNAKEMAKE_OUTPUT_CACHE", str(cache))
    shutil.rmtree(project.path("results"))
    model = project.path("results/points/seed0/model.pt")
    cached = ("results/points/seed0/model.pt", "--cache")
    project.configure(training={"learning_rate": 0.02})
    assert "train" in project.makes(*cached)
    first = model.read_bytes()
    project.configure(training={"learning_rate": 0.005})
    assert "train" in project.makes(*cached)
    assert model.read_bytes() != first
    project.configure(training={"learning_rate": 0.02})
    run = project.workspace.snakemake(*cached)
    assert run.returncode == 0, run.stderr
    assert "from cache" in run.stderr
    assert model.read_bytes() == first
    project.configure(seeds=[3])
    project.makes("results/points/seed3/model.pt", "--cache")
    assert project.path("results/points/seed3/model.pt").read_bytes() != first
