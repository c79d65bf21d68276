"""What holds the files of the project together: dependencies, layers, and the rules' inputs."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from iadb_core.data.registry import KINDS
from iadb_core.networks.network import Network
from iadb_core.networks.registry import NETWORKS
from workflow.sources import CALLS, ON_CALL, SWITCHES, WITHOUT_EFFECT, _imports, _modules, sources

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))
CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base", "snakemake": "snakemake-minimal"}


def name_and_range(requirement):
    name, specifier = re.fullmatch(r"([A-Za-z0-9_-]+)\s*(.*)", requirement).groups()
    return name, specifier.replace(" ", "")


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def of_the_workflow():
    """What the workflow needs: the package's dependencies and its extra `workflow`."""
    return project()["dependencies"] + project()["optional-dependencies"]["workflow"]


def test_the_conda_environment_has_the_same_dependencies():
    conda = dict(map(name_and_range, yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]))
    assert conda.pop("python") == project()["requires-python"]
    ours = {CONDA_NAMES.get(name, name): specifier for name, specifier in map(name_and_range, of_the_workflow())}
    assert conda == ours


def pinned(path):
    lines = [line for line in (ROOT / path).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return {name.lower().replace("_", "-"): version for name, version in (line.split("==") for line in lines)}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("requirements.txt", of_the_workflow),
        ("requirements-dev.txt", lambda: project()["optional-dependencies"]["dev"]),
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


HEAVY = {"torch", "numpy", "pandas", "matplotlib", "PIL", "scipy", "sklearn"}


def loaded_after(statements):
    """The modules that are loaded when a program has run."""
    command = [sys.executable, "-c", f"{statements}\nimport sys; print(*sys.modules)"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(told.split())


def test_the_workflow_imports_nothing_heavy_when_it_is_parsed():
    modules = [f"workflow.{path.stem}" for path in (ROOT / "workflow").glob("*.py") if path.stem != "__init__"]
    told = "import yaml; from workflow.experiments import complete; complete(yaml.safe_load(open('config.yaml')))"
    assert len(modules) > 5
    assert not HEAVY & loaded_after(f"import {', '.join(modules)}\n{told}")


def test_what_a_density_and_a_network_are_is_known_without_anything_heavy():
    kinds = [*KINDS.values(), *NETWORKS.values()]
    modules = [kind.__module__ for kind in kinds]
    assert len(modules) > 6
    assert not HEAVY & loaded_after(f"import {', '.join(modules)}")


def test_a_face_imports_nothing():
    """So that who needs one module of a room does not depend on the others."""
    for path in (ROOT / "iadb_core").rglob("__init__.py"):
        if path.parent.name != "iadb_core" and path.parent.parent.name != "networks":  # faces that are meant for people
            assert not list(imports(path)), path


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
    return loaded_after("\n".join(ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)))


@pytest.mark.parametrize("script", ["draw_samples", "render", "gif", "mp4"])
def test_a_light_job_does_not_pay_for_heavy_imports(script):
    loaded = loaded_by(script)
    assert "numpy" in loaded
    assert not {"torch", "pandas", "matplotlib", "scipy", "sklearn"} & loaded


def test_points_are_drawn_and_shown_without_torch():
    command = """
import numpy as np
from iadb_core.data.registry import density_of
for kind in ({"picture": {"path": "resources/densities/blob.png"}}, {"gaussian": {"mean": 0.5, "std": 0.1}}):
    density = density_of(kind)
    density.draw((2,), 10, np.random.default_rng(0)), density.behind(), density.law()
"""
    assert not {"torch", "pandas", "matplotlib", "scipy", "sklearn"} & loaded_after(command)


@pytest.mark.parametrize("script", ["train", "trajectory", "generate", "classifier", "metrics", "field_picture"])
def test_a_job_without_a_table_does_not_pay_for_pandas(script):
    assert "pandas" not in loaded_by(script)


def script(name):
    return ROOT / "workflow" / "scripts" / f"{name}.py"


def core(*names):
    return {f"iadb_core/{name}.py" for name in names}


def test_sources_follow_imports_and_no_further():
    train = set(sources(script("train")))
    assert train >= core("training/__init__", "method/blending", "networks/building", "training/loop", "data/streams")
    assert not {path for path in train if path.split("/")[1] in ("sampling", "evaluation", "drawing", "tables")}
    assert set(sources(script("gif"))) == core(
        *("drawing/__init__", "drawing/colours", "drawing/gif", "drawing/archive", "drawing/png"),
        *("system/__init__", "system/files"),
    )


def test_a_rule_has_the_modules_of_the_kinds_that_it_uses_and_of_no_other():
    picture, residual = "iadb_core.data.kinds.picture", "iadb_core.networks.residual"
    found = set(sources(script("train"), [picture, residual]))
    assert found >= core("data/kinds/picture", "networks/residual/__init__", "networks/residual/network")
    assert found >= core("networks/convolutions", "networks/winograd", "method/objective")
    others = core("data/kinds/folder", "data/kinds/dataset", "networks/mlp/network", "networks/unet/network")
    assert not found & (others | core("data/registry", "networks/registry"))
    mlp = set(sources(script("train"), ["iadb_core.data.kinds.gaussian", "iadb_core.networks.mlp"]))
    assert mlp >= core("networks/mlp/network", "networks/mlp/gradient", "data/kinds/gaussian")
    assert not mlp & core("networks/convolutions", "data/kinds/picture", "data/resizing")
    heun = set(sources(script("trajectory"), ["iadb_core.method.solvers.heun"]))
    assert core("method/solvers/heun") <= heun
    assert not heun & core("method/solvers/euler", "method/solvers/dopri5")


DATASET, PICTURE = "iadb_core.data.kinds.dataset", "iadb_core.data.kinds.picture"
READING = core(
    "data/torchvision_sets", "data/torchvision_import", "system/downloads", "data/digits", "data/holding_out"
)


def test_a_rule_has_what_the_methods_import_that_it_calls():
    assert set(sources(script("read_samples"), [DATASET])) >= READING
    assert set(sources(script("classifier"), [DATASET])) >= READING | core("data/resizing", "data/scaling")
    for name in ("train", "generate", "metrics", "maps", "solvers", "neighbours"):
        found = set(sources(script(name), [DATASET]))
        inception = core("data/torchvision_import", "system/downloads") if name in ("metrics", "solvers") else set()
        assert not found & (READING - inception), name
        assert core("data/resizing", "data/images") <= found, name
    for name in ("render", "contact_sheet", "map_picture"):
        assert core("data/grayscale", "data/opening") <= set(sources(script(name), [PICTURE])), name
        assert not set(sources(script(name), [DATASET])) & (READING | core("data/resizing")), name
    assert core("data/rejection", "data/grayscale") <= set(sources(script("draw_samples"), [PICTURE]))
    train = set(sources(script("train"), [PICTURE]))
    assert core("data/grayscale", "data/opening") <= train  # a model keeps the picture
    assert not train & core("data/rejection", "method/laws")


def test_samples_and_figures_do_not_depend_on_how_a_network_is_trained():
    training = core("method/objective", "data/mixed", "networks/mlp/gradient")
    for name in ("generate", "trajectory", "metrics", "classifier"):
        assert not set(sources(script(name), ["iadb_core.networks.mlp"])) & training, name
    assert training <= set(sources(script("train"), ["iadb_core.networks.mlp"]))


def test_the_methods_that_a_script_is_said_to_call_are_there():
    methods = {name for kind in (*KINDS.values(), *NETWORKS.values(), Network) for name in dir(kind)}
    assert set(CALLS) <= {path.stem for path in SCRIPTS}
    assert {name for names in CALLS.values() for name in names} <= methods


def test_what_cannot_change_a_result_is_no_input():
    for name, why in (SWITCHES | WITHOUT_EFFECT).items():
        assert (ROOT / name).is_file(), name
        assert why
        assert not any(name in sources(path, ["iadb_core.networks.mlp"]) for path in SCRIPTS), name


def test_sources_see_packages_and_relative_imports(tmp_path, monkeypatch):
    files = {
        "iadb_core/__init__.py": "",
        "iadb_core/a/__init__.py": "from .inner import one",
        "iadb_core/a/inner.py": "from ..b import two, three",
        "iadb_core/b/__init__.py": "",
        "iadb_core/b/two.py": "if TYPE_CHECKING:\n    from iadb_core.b import never\n\nimport iadb_core.c",
        "iadb_core/b/three.py": "    from iadb_core.b import (\n    four,\n)",
        "iadb_core/b/four.py": "",
        "iadb_core/b/never.py": "",
        "iadb_core/c.py": "",
        "script.py": "from iadb_core.a import inner",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    monkeypatch.setattr("workflow.sources.ROOT", tmp_path)
    _imports.cache_clear(), _modules.cache_clear()
    try:
        found = sources(tmp_path / "script.py")
    finally:
        _imports.cache_clear(), _modules.cache_clear()
    assert set(found) == set(files) - {"script.py", "iadb_core/b/never.py", "iadb_core/__init__.py"}


def test_sources_are_those_that_a_parser_finds():
    """Two ways to the same: one that is fast, for each start of Snakemake, and Python's own."""

    def with_own(calls, methods):
        """The methods that are called, and those of the same object that they call."""
        bodies = [node for name in calls if name in methods for node in ast.walk(methods[name])]
        attributes = [
            node.func for node in bodies if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ]
        own = {found.attr for found in attributes if isinstance(found.value, ast.Name) and found.value.id == "self"}
        return calls if own <= set(calls) else with_own({*calls, *own}, methods)

    def imported(path, calls):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and ON_CALL.search(path.as_posix()):
                methods = {own.name: own for own in node.body if isinstance(own, ast.FunctionDef)}
                called = with_own(calls, methods)
                node.body = [own for own in node.body if not isinstance(own, ast.FunctionDef) or own.name in called]
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                node.body = []
        names = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        files = set()
        for name in names:
            parts = name.split(".")
            if parts[0] == "iadb_core":
                files |= {Path(*parts[:end], "__init__.py") for end in range(1, len(parts) + 1)}
                files.add(Path(*parts).with_suffix(".py"))
        return {str(file) for file in files if (ROOT / file).is_file()} - set(SWITCHES) - set(WITHOUT_EFFECT)

    kinds = [kind.__module__ for kind in (*KINDS.values(), *NETWORKS.values())]
    for path in SCRIPTS:
        calls = CALLS.get(path.stem, ())
        found, waiting = set(), imported(path, calls).union(*map(_modules, kinds)) - set(WITHOUT_EFFECT)
        while waiting:
            found |= waiting
            waiting = {name for module in waiting for name in imported(ROOT / module, calls)} - found
        assert sources(path, kinds) == sorted(found)


@pytest.mark.parametrize("page", ["pipeline.md", "rules.dot", "rules.svg"])
def test_every_rule_is_in_the_documentation(page):
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    told = set(re.findall(r"\w+", (ROOT / "docs" / page).read_text(encoding="utf-8").replace(r"\n", " ")))
    names = re.findall(r"^rule (\w+):", rules, re.MULTILINE)
    assert len(names) > 20
    assert set(names) <= told


def rules():
    """The text of each rule of the workflow, by name."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    parts = re.split(r"^ *rule (\w*):", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_rule_of_a_script_has_its_modules_as_inputs(script):
    of_script = [text for text in rules().values() if f'"../scripts/{script.name}"' in text]
    assert of_script
    for text in of_script:
        assert re.search(rf"""code=sources(?:_of_(?:set|classifier|comparison))?\("{script.stem}"[,)]""", text)
