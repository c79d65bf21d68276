"""Which modules of iadb_core a script runs, found from the imports themselves."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "iadb_core"


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
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    inside = (name for name in names if name.split(".")[0] == PACKAGE)
    modules = {module for name in inside for module in (_module(name), _module(PACKAGE)) if module}
    return frozenset(modules)


def _module(name: str) -> str | None:
    path = Path(*name.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if (ROOT / candidate).is_file():
            return candidate.as_posix()
    return None
