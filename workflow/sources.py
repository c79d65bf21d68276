"""Which modules of iadb_core a script runs, found from the imports themselves.

By a pattern, since to parse them all would take a tenth of each start of Snakemake. What merely looks like an import,
in a comment or a string, is taken for one.
"""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "iadb_core"
IMPORT = re.compile(
    rf"^[ \t]*(?:from ({PACKAGE}(?:\.\w+)*) import (\([^)]*\)|.*)|import ({PACKAGE}(?:\.\w+)*))", re.MULTILINE
)
NAME = re.compile(r"\w+")


def sources(script: Path) -> list[str]:
    """The modules of iadb_core that a script imports, directly or through others, as paths relative to the root."""
    found: set[str] = set()
    waiting = list(_imports(script))
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(_imports(ROOT / module))
    return sorted(found)


@cache
def _imports(path: Path) -> frozenset[str]:
    names = {PACKAGE}
    for package, members, module in IMPORT.findall(path.read_text(encoding="utf-8")):
        names |= {module or package, *(f"{package}.{member}" for member in NAME.findall(members))}
    return frozenset(module for name in names if (module := _module(name)))


@cache
def _module(name: str) -> str | None:
    path = Path(*name.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if (ROOT / candidate).is_file():
            return candidate.as_posix()
    return None
