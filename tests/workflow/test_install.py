"""The environment, made of no packages at all: what the script does beside pip."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path):
    """A folder with the script, a package, and requirements that are empty."""
    folder = tmp_path / "here"
    shutil.copytree(ROOT / "tools", folder / "tools")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (folder / name).write_text("# nothing\n")
    (folder / "iadb_core").mkdir()
    (folder / "iadb_core" / "__init__.py").write_text("")
    return folder


@pytest.fixture(autouse=True)
def _nothing_else_is_imported(monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)


def install(folder, *arguments):
    return subprocess.run([folder / "tools" / "install.sh", *arguments], capture_output=True, text=True, check=False)


def imported_from(folder):
    """Where iadb_core is imported from, by the environment's Python, in another folder."""
    command = [folder / ".venv/bin/python", "-c", "import iadb_core; print(iadb_core.__file__)"]
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    return Path(found.stdout.strip()).resolve()


def pip_says(folder):
    return subprocess.run([folder / ".venv/bin/pip", "--version"], capture_output=True, text=True, check=True).stdout


def test_the_environment_is_made_once_moves_with_its_folder_and_follows_its_requirements(project):
    first = install(project)
    assert first.returncode == 0, first.stderr
    assert "Installing the packages of requirements.txt" in first.stdout
    assert imported_from(project) == (project / "iadb_core" / "__init__.py").resolve()
    assert install(project).stdout == ""

    moved = project.rename(project.with_name("with a space"))
    with pytest.raises(OSError, match="No such file"):
        pip_says(moved)
    again = install(moved)
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines() == [f"The folder was {project}: its environment moves along."]
    assert str(moved) in pip_says(moved)
    assert str(moved) in (moved / ".venv/bin/activate").read_text()
    assert imported_from(moved) == (moved / "iadb_core" / "__init__.py").resolve()
    assert install(moved).stdout == ""

    (moved / "requirements.txt").write_text("# still nothing\n")
    assert "Installing the packages of requirements.txt" in install(moved).stdout
    assert "Installing the packages of requirements-dev.txt" in install(moved, "--dev").stdout
    assert install(moved, "--dev").stdout == install(moved).stdout == ""

    (moved / ".venv/folder").unlink()  # as if it had been killed before it was done
    (moved / ".venv/rubbish").touch()
    assert "Installing" in install(moved).stdout
    assert not (moved / ".venv/rubbish").exists()


def test_a_python_that_is_too_old_or_not_there_is_answered_with_what_to_type(project, tmp_path):
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1 && exit\nexit 1\n')
    old.chmod(0o755)
    for name, version in ((str(old), "Python 3.9.1"), ("nosuchpython", "")):
        refused = install(project, name)
        assert refused.returncode == 1
        assert f"{name} is no Python from 3.11 to 3.14: {version}" in refused.stderr
        assert "make PYTHON=python3.12" in refused.stderr
        assert not (project / ".venv").exists()
