"""One file of HTML of a template, scripts and a style: text is escaped, and nothing but its own scripts can run."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from iadb_core.pages.modules import joined

FOLDER = Path(__file__).parent
BEGIN = "iadb.start();"
WITH_WORKERS = {"explore"}
SCRIPTS = {"compare": "table"}  # a kind whose scripts are another's
STYLES = {  # that a kind of page shares with others
    "explore": ("base.css", "stage.css"),
    "gallery": ("base.css", "stage.css"),
    "table": ("base.css",),
    "compare": ("base.css", "table/style.css"),
    "animation": ("base.css",),
}


def rendered(
    kind: str, main: str | None, names: tuple[str, ...] = (), data: Mapping[str, Any] | None = None, **values: Any
) -> str:
    """The page of a kind, a folder beside this file, with `page.html.j2` and `style.css`.

    main: the module that begins, by its `start`, with those that it needs; None for a page without scripts. names: of
    the functions that it gives, `start` among them. data: of the page, as JSON has it. values: of the template.
    """
    folder = FOLDER / kind
    scripts = [joined(FOLDER / SCRIPTS.get(kind, kind), main, names), BEGIN] if main else []
    style = "".join(
        path.read_text("utf-8") for path in (*(FOLDER / name for name in STYLES[kind]), folder / "style.css")
    )
    if any("</" in part for part in (*scripts, style)):
        raise ValueError("scripts and styles must not hold an end tag")
    environment = Environment(
        loader=FileSystemLoader([folder, FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    allowed = " ".join(f"'{_hash(script)}'" for script in scripts) or "'none'"
    workers = " blob:; worker-src blob:" if kind in WITH_WORKERS else ""
    policy = f"default-src 'none'; script-src {allowed}{workers}; style-src '{_hash(style)}'; "
    return environment.get_template("page.html.j2").render(
        policy=policy + "img-src data: blob:; base-uri 'none'; form-action 'none'",
        style=Markup(style),
        code=Markup(scripts[0] if scripts else ""),
        begin=Markup(BEGIN),
        data=Markup(_embedded(data)),
        **values,
    )


def _embedded(data: Mapping[str, Any] | None) -> str:
    """Data as JSON that cannot end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(text: str) -> str:
    """What a page's policy names a script or a style by."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()
