"""Fixtures: folders in which real Snakemake runs on small configurations."""

import http.server
import importlib
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from filelock import FileLock
from PIL import Image
from small import IMAGES, POINTS, TINY

torch.set_num_threads(1)  # the networks of the tests are small, and the runs beside them need the other cores

ROOT = Path(__file__).resolve().parent.parent
SLOW = (  # files of the tests that `make test-quick` leaves out; those that take longest come first
    "evaluation_pipeline",
    "interruption",
    "pipeline",
    "reruns",
    "bad_input",
    "job",
    "sweep_pipeline",
    "sharing",
    "any_configuration",
    "run",
    "extremes",
    "hostile_files",
    "resume",
    "whole",
    "scale",
    "studies",
    "processes",
    "benchmarks_quality",
    "benchmarks_recipe",
    "install",
    "notebook",
    "face",
    "console",
    "wheel",
    "missing_files",
    "reading",
)
COPIED = ("Snakefile", "workflow", "iadb_core", "profiles", "environment.yml")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no process is left with one when the others have ended.

    Of pytest-xdist it takes --no-loadscope-reorder: it would begin with those that have most tests.
    """
    order = {f"test_{name}": index for index, name in enumerate(SLOW)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))
    for item in items:
        if item.path.stem in order:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """What a test grants itself of threads is its own: the order of sums depends on it."""
    yield
    torch.set_num_threads(1)


@contextmanager
def files_limited(size: int) -> Iterator[None]:
    """No file that is written meanwhile, here or in processes that are started, can have more bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@dataclass
class Workspace:
    """A folder with the project's workflow and a configuration of its own."""

    root: Path

    def configure(self, experiments: Mapping[str, Any], **top: Any) -> None:
        config = {"defaults": TINY, "classifier": {"steps": 20}, "experiments": dict(experiments), **top}
        (self.root / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")

    def snakemake(
        self, *arguments: str, timeout: float = 300, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        options = {"cwd": self.root, "env": os.environ | (environment or {}), "timeout": timeout}
        return subprocess.run(command, capture_output=True, text=True, check=False, **options)

    def plan(self, *targets: str) -> set[str]:
        """The rules that Snakemake would run, asked in this process, where it takes a tenth of a second.

        What is parsed is the workspace's; modules that rules import are this project's, which are the same.
        """
        from snakemake.api import SnakemakeApi
        from snakemake.settings.types import DAGSettings, OutputSettings, Quietness, ResourceSettings

        before = Path.cwd()
        try:
            with SnakemakeApi(OutputSettings(dryrun=True, quiet={Quietness.ALL})) as snakemake:
                workflow = snakemake.workflow(
                    resource_settings=ResourceSettings(cores=2),
                    snakefile=self.root / "Snakefile",
                    workdir=self.root,
                )
                workflow.dag(DAGSettings(targets=frozenset(targets))).execute_workflow(executor="dryrun")
                jobs = workflow._workflow.dag.needrun_jobs(exclude_finished=False)
                return {job.rule.name for job in jobs} - {"all", "evaluate"}
        finally:
            os.chdir(before)

    def path(self, name: str) -> Path:
        return self.root / name


def edited(module: Path, **constants: float) -> None:
    """Give constants of a module other values, where they are defined."""
    text = module.read_text(encoding="utf-8")
    for name, value in constants.items():
        text, count = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert count == 1
    module.write_text(text, encoding="utf-8")


@contextmanager
def serving(handler: Callable[..., http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server of this machine; gives its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def mounted(*arguments: str) -> bool:
    """Mount a file system; whether this user may. Only then can a full or read-only disk be had for a test."""
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


def half_picture(path: Path, side: str) -> None:
    """A picture that is white on its left or right half."""
    pixels = np.zeros((32, 32), np.uint8)
    pixels[:, : 16 if side == "left" else None] = 255
    if side == "right":
        pixels[:, :16] = 0
    Image.fromarray(pixels).save(path)


def idx(array: np.ndarray, magic: int | None = None, shape: tuple[int, ...] | None = None) -> bytes:
    """An array of bytes in MNIST's format."""
    shape = shape or array.shape
    return struct.pack(f">I{len(shape)}I", magic or 0x0800 + len(shape), *shape) + array.tobytes()


def small_mnist() -> dict[str, np.ndarray]:
    """Random images and labels for the files of MNIST, by their names."""
    random = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 50), ("t10k", 20)):
        arrays[f"{split}-images-idx3-ubyte"] = random.integers(0, 256, (count, 28, 28), np.uint8)
        arrays[f"{split}-labels-idx1-ubyte"] = random.integers(0, 10, count, np.uint8)
    return arrays


def make_workspace(folder: Path) -> Workspace:
    folder.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    for side in ("left", "right"):
        half_picture(folder / f"{side}.png", side)
    return Workspace(folder)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A fresh workspace with two pictures, left.png and right.png."""
    return make_workspace(tmp_path / "project")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which the pipeline has run once, for points and for images; tests leave it as it is.

    It is the same for all processes that test.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with FileLock(folder / "finished.lock"):
        if not (folder / "finished").exists():
            workspace = make_workspace(folder / "finishing")
            workspace.configure({"points": POINTS, "images": IMAGES})
            run = workspace.snakemake()
            assert run.returncode == 0, run.stderr
            workspace.root.rename(folder / "finished")
    return Workspace(folder / "finished")


def copied(workspace: Workspace, folder: Path) -> Workspace:
    """A copy of a workspace, results and all, in which nothing is left to do either."""
    shutil.copytree(workspace.root, folder, symlinks=True, ignore=shutil.ignore_patterns("locks"))
    return Workspace(folder)


@pytest.fixture
def again(finished: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the finished workspace that a test may change."""
    return copied(finished, tmp_path / "project")


@pytest.fixture
def refused() -> Callable[[subprocess.CompletedProcess[str], str], None]:
    """Check that a run failed with a message and without a traceback."""

    def check(run: subprocess.CompletedProcess[str], message: str) -> None:
        assert run.returncode != 0
        said = run.stdout + run.stderr
        assert message in said, said
        assert "Traceback" not in said, said

    return check


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[tuple[Any, ...]]:
    """What the module of iadb_core.drawing under test lays side by side: pictures, titles, columns, caption."""
    module = importlib.import_module(f"iadb_core.drawing.{request.module.__name__.removeprefix('test_')}")
    told: list[tuple[Any, ...]] = []
    sheet = module.side_by_side
    monkeypatch.setattr(module, "side_by_side", lambda *arguments: told.append(arguments) or sheet(*arguments))
    return told


@pytest.fixture(params=["points", "images"])
def frame_files(request: pytest.FixtureRequest, tmp_path: Path) -> list[Path]:
    """Thirteen frames of 64 pixels as PNG files, of points and of images."""
    from iadb_core.data.kinds.dataset import Dataset
    from iadb_core.data.kinds.gaussian import Gaussian
    from iadb_core.drawing.frames import Frames
    from iadb_core.drawing.png import save_png
    from iadb_core.drawing.settings import Animation

    random, source = np.random.default_rng(0), Gaussian(mean=0.5, std=0.1)
    points = request.param == "points"
    start, end = random.random((2, 50, 2)) if points else random.normal(size=(2, 9, 1, 8, 8))
    trajectory = np.stack([start + (end - start) * step / 12 for step in range(13)]).astype(np.float32)
    target = source if points else Dataset(name="digits", size=8)
    paths = []
    for index, picture in enumerate(Frames(trajectory, source, target, "linear", Animation(size=64))):
        paths.append(tmp_path / f"{index:04d}.png")
        save_png(paths[-1], picture)
    return paths
