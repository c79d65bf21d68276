"""Which modules of iadb_core a script runs, found from the imports themselves.

By a pattern, since to parse them all would take a tenth of each start of Snakemake. What merely looks like an import,
in a comment or a string, is taken for one; what is imported for types alone is not.
"""

import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "iadb_core"
IMPORT = re.compile(
    rf"^[ \t]*(?:from ((?:{PACKAGE}|\.+)[\w.]*) import (\([^)]*\)|.*)|import ({PACKAGE}(?:\.\w+)*))", re.MULTILINE
)
FOR_TYPES = re.compile(r"^([ \t]*)if TYPE_CHECKING:.*\n(?:\1[ \t]+.*\n|[ \t]*\n)+", re.MULTILINE)
NAME = re.compile(r"\w+")

# Modules that import every kind there is. Of what they list, a rule has as inputs the kinds that its experiment uses.
SWITCHES = {
    f"{PACKAGE}/{room}/registry.py": f"the line of a new kind of {room} changes no other"
    for room in ("data", "networks")
} | {f"{PACKAGE}/data/conditions.py": "the line of a new condition changes no other"}
# Modules that cannot change a result, and why: editing them reruns nothing.
WITHOUT_EFFECT = {
    **{
        f"{PACKAGE}/{room}/settings.py": "bounds, defaults and descriptions; values are parameters of the rules"
        for room in ("system", "data", "networks", "training", "sampling", "evaluation", "drawing", "tables")
    },
    f"{PACKAGE}/__init__.py": "names for those who never start Snakemake; no job asks for one",
    f"{PACKAGE}/system/errors.py": "what is said of a mistake",
    f"{PACKAGE}/system/progress.py": "bars, lines of logs, and the exit status of what failed",
    f"{PACKAGE}/system/locks.py": "who waits for whom",
    f"{PACKAGE}/system/interruptions.py": "when a signal acts; a training goes on from where it was",
    f"{PACKAGE}/training/launch.py": "how processes are started",
    f"{PACKAGE}/training/events.py": "what is told beside the history while it runs",
}


# The methods of densities and networks that scripts call, which import what they need by themselves.
OF_VALUES = ("network_values", "true_values")
CALLS = {
    "draw_samples": ("draw_labelled",),
    "read_samples": ("store", "read"),
    "classifier": ("store", "read", *OF_VALUES),
    "train": ("draw_blocks", "network_values", "kept", "network", "written_out"),
    "trajectory": ("draw", "network_values", "network"),
    "generate": ("draw", "network_values", "network"),
    "metrics": ("law", *OF_VALUES),
    "maps": ("draw", "draw_blocks", "law", "laws_of_classes", "network_values", "network"),
    "density": ("law", "network"),
    "gallery": ("draw", "network", *OF_VALUES),
    "compare": ("true_values",),
    "explore": ("behind", "draw", "law", "network", "network_values"),
    "theorem": ("draw", "law", "network_values"),
    "theorem_frames": ("behind", "true_values"),
    "likelihood": ("draw", "law", "network", *OF_VALUES),
    "solvers": ("draw", "network", *OF_VALUES),
    "guidance": ("draw", "law", "network", *OF_VALUES),
    "render": ("behind", "true_values"),
    "contact_sheet": ("behind", "true_values"),
    "map_picture": ("behind", "true_values"),
    "field_picture": ("law", "network"),
    "neighbours": OF_VALUES,
    "classes_picture": OF_VALUES,
    "partners": ("network", *OF_VALUES),
    "restored": ("draw_blocks", "network", *OF_VALUES),
    "export": ("true_values",),
}

# Modules of kinds, whose methods import what they need. Of those methods a rule has the ones that it calls.
ON_CALL = re.compile(rf"{PACKAGE}/(data/(kinds/\w+|density|images)|networks/\w+/(__init__|network))\.py")
METHOD = re.compile(r"^    def (\w+)\(.*\n(?:(?:        .*|    \).*)?\n)*", re.MULTILINE)

OWN_CALL = re.compile(r"\bself\.(\w+)\(")


def own_modules_first() -> None:
    """Have scripts import the modules of this folder, also where another copy of the project is installed."""
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *(path for path in others if path not in ("", str(ROOT)))])


def sources(script: Path, chosen: Iterable[str] = ()) -> list[str]:
    """The modules of iadb_core that a script imports, directly or through others, as paths relative to the root.

    chosen: names of the modules of the kinds that it is used with, whose imports count as well, but for those of the
    methods that it does not call.
    """
    found: set[str] = set()
    called = frozenset(CALLS.get(script.stem, ()))
    waiting = list(_imports(script, called))
    for name in chosen:
        waiting += _modules(name)
    while waiting:
        module = waiting.pop()
        if module not in found and module not in SWITCHES and module not in WITHOUT_EFFECT:
            found.add(module)
            waiting.extend(_imports(ROOT / module, called))
    return sorted(found)


@cache
def _imports(path: Path, calls: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    text = FOR_TYPES.sub("", path.read_text(encoding="utf-8"))
    if ON_CALL.search(path.as_posix()):
        called = _with_own(calls, text)
        text = METHOD.sub(lambda method: method[0] if method[1] in called else "", text)
    for package, members, module in IMPORT.findall(text):
        named = _absolute(module or package, path)
        for name in (named, *(f"{named}.{own}" for own in NAME.findall(members))):
            found |= _modules(name)
    return frozenset(found)


def _with_own(calls: frozenset[str], text: str) -> frozenset[str]:
    """The methods that are called, with those of the same object that they call."""
    bodies = {method[1]: method[0] for method in METHOD.finditer(text) if method[1] in calls}
    more = calls | {own for body in bodies.values() for own in OWN_CALL.findall(body)}
    return more if more == calls else _with_own(more, text)


def _absolute(name: str, path: Path) -> str:
    """The name of a module without leading dots, which count the folders above the one that imports it."""
    if not name.startswith("."):
        return name
    inner = name.lstrip(".")
    folder = path.resolve().parents[len(name) - len(inner) - 1].relative_to(ROOT)
    return ".".join([*folder.parts, *([inner] if inner else [])])


@cache
def _modules(name: str) -> frozenset[str]:
    """The files of a module, and of the packages that it is in, which are imported before it."""
    parts = name.split(".")
    packages = (Path(*parts[: end + 1], "__init__.py") for end in range(len(parts)))
    candidates = (*packages, Path(*parts).with_suffix(".py"))
    return frozenset(path.as_posix() for path in candidates if (ROOT / path).is_file())
