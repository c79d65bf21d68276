"""JavaScript modules as one text: without what only binds them together, in the order in which they need each other."""

import re
from pathlib import Path

IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w-]+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b)", re.MULTILINE)
TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\[[^\]]*\]|\w+)", re.MULTILINE)


def joined(folder: Path, main: str, names: tuple[str, ...]) -> str:
    """The modules of a folder that `main` needs, as a script that sets `iadb` to its functions of these names.

    Raises ValueError where two modules give one name to two things, or a module is no more than it can be joined with.
    """
    parts, order = {}, list[str]()

    def add(name: str) -> None:
        if name in parts:
            return
        text = (folder / f"{name}.js").read_text("utf-8")
        parts[name] = text
        for needed in IMPORT.findall(text):
            add(needed)
        order.append(name)

    add(main)
    seen: dict[str, str] = {}
    for name in order:
        for own in (word for found in TOP_LEVEL.findall(parts[name]) for word in re.findall(r"\w+", found)):
            if seen.setdefault(own, name) != name:
                raise ValueError(f"{own} is of two modules, {seen[own]} and {name}")
    texts = [EXPORT.sub("", IMPORT.sub("", parts[name])) for name in order]
    if any(re.search(r"^(import|export)\b", text, re.MULTILINE) for text in texts):
        raise ValueError("modules have named imports of each other, and exports of what they declare, alone")
    body = "\n".join(texts)
    return f'"use strict";\nconst iadb = (() => {{\n{body}\nreturn {{ {", ".join(names)} }};\n}})();\n'
