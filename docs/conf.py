"""The site of the documentation: make docs."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

project = "Iterative α-(de)Blending"
author = "the project's contributors"
try:
    release = installed("iadb")
except PackageNotFoundError:  # from the folder itself
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    release = text.split('version = "')[1].split('"')[0]

extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
source_suffix = {".md": "markdown"}
exclude_patterns: list[str] = []
html_theme = "furo"
html_title = project
html_static_path: list[str] = []
