import json
import platform
from importlib.metadata import version

import numpy as np
import yaml

from iadb_core.system.provenance import content_digest, files_digest, settings_digest, settings_text, versions


def test_the_versions_name_python_and_what_figures_come_from():
    text = versions()
    for part in (
        f"python {platform.python_version()}",
        f"torch {version('torch')}",
        f"numpy {np.__version__}",
        "pot ",
    ):
        assert part in text


def test_packages_that_are_not_there_are_left_out():
    assert versions(["no-such-package", "numpy"]) == f"python {platform.python_version()}, numpy {np.__version__}"


def test_a_digest_of_files_is_of_their_names_and_contents_alone(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text("a")
        (tmp_path / folder / "b.py").write_text("b")
    one, two = ([tmp_path / folder / name for name in ("a.py", "b.py")] for folder in ("one", "two"))
    assert files_digest(one) == files_digest(reversed(two))
    assert len(files_digest(one)) == 16
    before = files_digest(two)
    two[0].write_text("A")
    assert files_digest(two) != before
    two[0].write_text("a")
    assert files_digest(two) == before != files_digest(two[:1])


def test_contents_cannot_be_moved_from_one_file_to_the_next(tmp_path):
    for name, content in (("a", "12"), ("b", "3"), ("c/a", "1"), ("c/b", "23")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    digests = [files_digest([tmp_path / x, tmp_path / y]) for x, y in (("a", "b"), ("c/a", "c/b"))]
    assert digests[0] != digests[1]
    assert content_digest(tmp_path / "a") != content_digest(tmp_path / "b")


def test_equal_settings_are_equal_text_that_json_and_yaml_read():
    settings = {"b": [1, 0.1, 1e-7, True, None], "a": {"ö": "x: {y}"}}
    reordered = {"a": {"ö": "x: {y}"}, "b": [1, 0.1, 1e-7, True, None]}
    assert settings_text(settings) == settings_text(reordered)
    assert settings_digest(settings) == settings_digest(reordered) != settings_digest({**settings, "b": []})
    assert json.loads(settings_text(settings)) == settings
    assert yaml.safe_load(settings_text({"rate": 0.0005, "name": "x"})) == {"rate": 0.0005, "name": "x"}
