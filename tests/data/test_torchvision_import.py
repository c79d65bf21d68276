import subprocess
import sys

SCRIPT = """
import torch
{before}
from iadb_core.data.torchvision_import import _definitions, import_torchvision
torchvision = import_torchvision()
assert torchvision.datasets.MNIST and torchvision is import_torchvision()
print(len(_definitions))
"""
DECLARED = """
library = torch.library.Library("torchvision", "FRAGMENT")
for name in ("nms", "qnms"):
    if not hasattr(torch.ops.torchvision, name):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
"""


def run(script):
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def test_torchvision_imports_also_where_its_operators_are_missing():
    plain = run("import torchvision")
    result = run(SCRIPT.format(before=""))
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) == 0 if plain.returncode == 0 else int(result.stdout) > 0


def test_nothing_is_declared_where_the_operators_are_there():
    own = run("import torchvision").returncode == 0  # then they are compiled, and cannot be declared once more
    result = run(SCRIPT.format(before="" if own else DECLARED))
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) == 0
