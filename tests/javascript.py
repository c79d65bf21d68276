"""The page's modules, run by Node.js: what they compute is compared with Python's."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PAGES = Path(__file__).resolve().parent.parent / "iadb_core" / "pages"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node.js is not installed: the page's modules are not tested")
READING = """
import {{ readFileSync }} from "node:fs";
const given = JSON.parse(readFileSync(0, "utf8"));
{imports}
const found = await (async () => {{ {body} }})();
process.stdout.write(JSON.stringify(found, (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value));
"""


def javascript(body: str, imports: dict[str, str], **given: Any) -> Any:
    """What the body of a function returns, which has `given` and the names that it imports, by module."""
    lines = [f'import {{ {names} }} from "{_found(module)}";' for module, names in imports.items()]
    program = READING.format(imports="\n".join(lines), body=body)
    command = [NODE or "node", "--input-type=module", "--eval", program]
    ran = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def _found(module: str) -> Path:
    """A module by its name, whatever kind of page it belongs to."""
    (path,) = PAGES.glob(f"*/{module}.js")
    return path


def decoded(text: str, dtype: Any) -> np.ndarray:
    """An array of the page's data."""
    return np.frombuffer(base64.b64decode(text), dtype)
