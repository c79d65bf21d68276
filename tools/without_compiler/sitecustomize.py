"""Has tools/install.sh build immutables without its C part: for interpreters other than CPython it is pure Python."""

import platform

platform.python_implementation = lambda: "another"
