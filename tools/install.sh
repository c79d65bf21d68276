#!/usr/bin/env bash
# The environment in .venv, with the packages of requirements.txt: tools/install.sh [--dev] [python3.12]
# With --dev also those of requirements-dev.txt. Does nothing where there is one already; where the folder has been moved, what there is moves along.
set -euo pipefail
cd "$(dirname "$0")/.."
oldest=11 newest=14 # of Python 3
venv=.venv
record=$venv/folder # where the environment was made; beside it lie the requirements that are installed

pip() { "$venv/bin/python" -m pip "$@" --disable-pip-version-check; }

version() { "$1" -c 'import sys; print(*sys.version_info[:2])' 2> /dev/null; }

suits() { "$1" -c "import sys; sys.exit(not (3, $oldest) <= sys.version_info[:2] <= (3, $newest))" 2> /dev/null; }

found_python() {
  local name
  for name in ${1:-python3 python3.13 python3.12 python3.14 python3.11 python}; do
    if suits "$name"; then command -v "$name" && return; fi
  done
  cat >&2 << HELP
${1:-python3} is no Python from 3.$oldest to 3.$newest: $("${1:-python3}" --version 2>&1 || true)
Install one, then type the same command with its name:
  Debian, Ubuntu   sudo apt install python3.12 python3.12-venv     make PYTHON=python3.12
  Fedora           sudo dnf install python3.12                     make PYTHON=python3.12
  macOS            brew install python@3.13                        make PYTHON=python3.13
  anywhere         uv python install 3.13                          make PYTHON="\$(uv python find 3.13)"
HELP
  return 1
}

# immutables has no wheel for the newest Python; it is built so that no compiler is needed.
without_compiler() {
  local pinned
  pinned=$(grep '^immutables==' requirements.txt)
  pip install --quiet --only-binary :all: "$pinned" 2> /dev/null && return
  pip install --quiet 'setuptools>=77'
  PYTHONPATH=$PWD/tools/without_compiler pip install --quiet --no-build-isolation --no-deps "$pinned"
}

asked_for() { [ -z "${1:-}" ] || [ "$(version "$1")" = "$(version "$venv/bin/python")" ]; }

make_environment() {
  local python
  rm -rf "$venv"
  python=$(found_python "$@")
  "$python" -m venv "$venv" || {
    echo "$python cannot make an environment. On Debian and Ubuntu: sudo apt install $(basename "$python")-venv" >&2
    exit 1
  }
}

# So that iadb_core is found from anywhere, by a path that stays right when the folder is moved.
add_project() {
  echo "../../../.." > "$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/iadb.pth"
}

# The packages of a file, unless they are what was installed last.
install() {
  if cmp -s "$1" "$venv/$1"; then return; fi
  echo "Installing the packages of $1 into $venv: once, ${2}."
  if "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 14))'; then without_compiler; fi
  pip install --no-compile $quiet --requirement "$1"
  # As pip does, but on all cores; some files are for newer Pythons.
  "$venv/bin/python" -m compileall -qq -j 0 "$venv/lib" || true
  cp "$1" "$venv/$1"
}

quiet=--quiet
if [ -t 1 ]; then quiet=; fi # a person sees what is downloaded
dev=
if [ "${1:-}" = --dev ]; then
  dev=yes
  shift
fi
if [ ! -f "$record" ] || ! suits "$venv/bin/python" || ! asked_for "$@"; then make_environment "$@"; fi
if [ -f "$record" ] && [ "$(cat "$record")" != "$PWD" ]; then
  echo "The folder was $(cat "$record"): its environment moves along."
  "$venv/bin/python" tools/moved.py "$(cat "$record")/$venv" "$PWD/$venv"
fi
install requirements.txt "a minute or two"
add_project
if [ -n "$dev" ]; then install requirements-dev.txt "half a minute"; fi
echo "$PWD" > "$record"
