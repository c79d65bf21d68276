"""What holds the files of the project together: dependencies, layers, and the rules' inputs."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from workflow.sources import sources

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))
CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base", "snakemake": "snakemake-minimal"}
# From the ground up: a module imports only from those above it.
LAYERS = """
    __init__ formats blending locks files shards archives downloads seeds progress interruptions hardware runtime
    processes launch graphs fields winograd convolutions mlp unet residual networks pictures densities
    torchvision_import torchvision_sets scaling preparation images stores streams checkpoint schedules solvers
    oracle sampling parameters gradients optimizer stepper records training resume excess maps distances fidelity
    floors classifier inception evaluation studies sweeps protocol training_job tables comparison drawing grids
    frames sheets plots animation
"""


def name_and_range(requirement):
    name, specifier = re.fullmatch(r"([A-Za-z0-9_-]+)\s*(.*)", requirement).groups()
    return name, specifier.replace(" ", "")


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_conda_environment_has_the_same_dependencies():
    conda = dict(map(name_and_range, yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]))
    assert conda.pop("python") == project()["requires-python"]
    ours = {
        CONDA_NAMES.get(name, name): specifier for name, specifier in map(name_and_range, project()["dependencies"])
    }
    assert conda == ours


def pinned(path):
    lines = [line for line in (ROOT / path).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return {name.lower().replace("_", "-"): version for name, version in (line.split("==") for line in lines)}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("requirements.txt", lambda: project()["dependencies"] + project()["optional-dependencies"]["dev"]),
        ("profiles/slurm/requirements.txt", lambda: project()["optional-dependencies"]["slurm"]),
    ],
)
def test_requirements_pin_every_dependency_within_its_range(path, wanted):
    from packaging.specifiers import SpecifierSet

    pins = pinned(path)
    for requirement in wanted():
        name, specifier = name_and_range(requirement)
        assert SpecifierSet(specifier).contains(pins[name]), requirement


def test_the_environment_has_no_plugin_that_every_start_of_snakemake_would_import():
    assert not [name for name in pinned("requirements.txt") if "plugin" in name and "interface" not in name]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_each_module_imports_only_from_those_above_it():
    modules = {path.stem: path for path in (ROOT / "iadb_core").glob("*.py")}
    layers = LAYERS.split()
    assert set(modules) == set(layers)
    for name, path in modules.items():
        below = {f"iadb_core.{other}" for other in layers[layers.index(name) :]}
        assert not below & set(imports(path)), name
        assert not any(module.split(".")[0] in ("snakemake", "workflow") for module in imports(path)), name


def test_the_workflow_imports_nothing_heavy_when_it_is_parsed():
    for path in (ROOT / "workflow").glob("*.py"):
        heavy = {"torch", "numpy", "pandas", "matplotlib", "PIL", "iadb_core", "scipy", "sklearn"}
        assert not heavy & {module.split(".")[0] for module in imports(path)}, path
    command = "import sys, workflow.experiments, workflow.sources, iadb_core.data.formats; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"torch", "numpy", "pandas", "PIL"} & set(loaded.stdout.split())


def test_the_pictures_and_pages_that_readme_names_are_there():
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'(?:\]\(|src=")([^)":]+?)[)"]', text):
            assert (page.parent / link.partition("#")[0]).exists(), f"{page.name}: {link}"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_never_reads_the_whole_configuration(script):
    assert "snakemake.config" not in script.read_text(encoding="utf-8")


def loaded_by(script):
    """The modules that a script of the workflow imports."""
    body = ast.parse((ROOT / "workflow" / "scripts" / f"{script}.py").read_text(encoding="utf-8")).body
    statements = "\n".join(ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom))
    command = [sys.executable, "-c", f"{statements}\nimport sys; print(*sys.modules)"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(told.split())


@pytest.mark.parametrize("script", ["picture_points", "gaussian_points", "folder_images", "render", "gif", "mp4"])
def test_a_light_job_does_not_pay_for_heavy_imports(script):
    loaded = loaded_by(script)
    assert "numpy" in loaded
    assert not {"torch", "pandas", "matplotlib", "scipy", "sklearn"} & loaded


@pytest.mark.parametrize("script", ["train", "trajectory", "generate", "classifier", "metrics", "field_picture"])
def test_a_job_without_a_table_does_not_pay_for_pandas(script):
    assert "pandas" not in loaded_by(script)


def test_sources_follow_imports_and_no_further():
    train = sources(ROOT / "workflow" / "scripts" / "train.py")
    for name in (
        "__init__",
        "blending",
        "networks",
        "residual",
        "training",
        "streams",
        "scaling",
        "checkpoint",
        "files",
    ):
        assert f"iadb_core/{name}.py" in train
    for name in ("animation", "drawing", "frames", "grids", "distances", "evaluation", "images", "densities"):
        assert f"iadb_core/{name}.py" not in train
    assert "iadb_core/data/torchvision_import.py" in sources(ROOT / "workflow" / "scripts" / "dataset_images.py")
    assert not {"iadb_core/data/preparation.py", "iadb_core/system/runtime.py"} & set(
        sources(ROOT / "workflow/scripts/render.py")
    )
    gif = sources(ROOT / "workflow" / "scripts" / "gif.py")
    assert gif == [f"iadb_core/{name}.py" for name in ("__init__", "animation", "files", "locks", "progress")]


def test_sources_are_those_that_a_parser_finds():
    """Two ways to the same: one that is fast, for each start of Snakemake, and Python's own."""

    def imported(path):
        names = {"iadb_core"}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        parts = (Path(*name.split(".")) for name in names if name.split(".")[0] == "iadb_core")
        files = (candidate for part in parts for candidate in (part.with_suffix(".py"), part / "__init__.py"))
        return {str(file) for file in files if (ROOT / file).is_file()}

    for script in SCRIPTS:
        found, waiting = set(), imported(script)
        while waiting:
            found |= waiting
            waiting = {name for module in waiting for name in imported(ROOT / module)} - found
        assert sources(script) == sorted(found)


@pytest.mark.parametrize("page", ["pipeline.md", "rules.dot", "rules.svg"])
def test_every_rule_is_in_the_documentation(page):
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    told = set(re.findall(r"\w+", (ROOT / "docs" / page).read_text(encoding="utf-8").replace(r"\n", " ")))
    names = re.findall(r"^rule (\w+):", rules, re.MULTILINE)
    assert len(names) > 20
    assert set(names) <= told


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_rule_has_its_modules_as_inputs(script):
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    assert f'sources("{script.stem}")' in rules
    assert f'"../scripts/{script.name}"' in rules
