import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "docs" / "teaching.ipynb"
# In a process of its own: the tests' warnings are errors, and would end the one that listens to the kernel.
EXECUTE = """
import json, sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=120, resources={"metadata": {"path": sys.argv[2]}}).execute()
json.dump([output for cell in notebook.cells for output in cell.get("outputs", [])], sys.stdout)
"""


def test_the_notebook_runs_and_shows_its_pictures():
    command = [sys.executable, "-c", EXECUTE, NOTEBOOK, NOTEBOOK.parent]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300, env=environment)
    outputs = json.loads(run.stdout)
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 2
    assert any(str(output.get("text", "")).startswith("mean [0.5") for output in outputs)


def test_its_outputs_are_not_kept():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert not [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]
