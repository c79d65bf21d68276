"""JavaScript modules as one text: without what only binds them together, in the order in which they need each other."""

import re
from pathlib import Path

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.\.?/(?:[\w-]+/)?[\w-]+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b)", re.MULTILINE)
TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\[[^\]]*\]|\w+)", re.MULTILINE)


def joined(folder: Path, main: str, names: tuple[str, ...]) -> str:
    """The modules that `main` of a folder needs, as a script that sets `iadb` to its functions of these names.

    Raises ValueError where two modules give one name to two things, or a module is no more than it can be joined with.
    """
    parts, order = dict[Path, str](), list[Path]()

    def add(module: Path) -> None:
        if module in parts:
            return
        parts[module] = module.with_suffix(".js").read_text("utf-8")
        for needed in IMPORT.findall(parts[module]):
            add((module.parent / needed).resolve())
        order.append(module)

    add((folder / main).resolve())
    seen: dict[str, Path] = {}
    for module in order:
        for own in (word for found in TOP_LEVEL.findall(parts[module]) for word in re.findall(r"\w+", found)):
            if seen.setdefault(own, module) != module:
                raise ValueError(f"{own} is of two modules, {seen[own].name} and {module.name}")
    texts = [EXPORT.sub("", IMPORT.sub("", parts[module])) for module in order]
    if any(re.search(r"^(import|export)\b", text, re.MULTILINE) for text in texts):
        raise ValueError("modules have named imports of each other, and exports of what they declare, alone")
    body = "\n".join(texts)
    return f'"use strict";\nconst iadb = (() => {{\n{body}\nreturn {{ {", ".join(names)} }};\n}})();\n'
