"""`import torchvision`, also where its compiled operators do not belong to the torch that is installed.

Beside a torch of another build (a CPU torch and the registry's torchvision, say) torchvision 0.28 stops at import
with "operator torchvision::nms does not exist": it registers Python kernels for operators that its binary failed
to define. Data sets need none of them, so it is enough to define the operators' names and import again.
"""

import importlib
import sys
from types import ModuleType

import torch

SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_definitions: list[torch.library.Library] = []


def import_torchvision() -> ModuleType:
    """torchvision, imported; operators that its binary lacks are declared (they raise if called)."""
    for _ in range(len(SCHEMAS) + 1):
        try:
            return importlib.import_module("torchvision")
        except RuntimeError as error:
            name = str(error).partition("operator torchvision::")[2].partition(" does not exist")[0]
            if name not in SCHEMAS:
                raise
            library = torch.library.Library("torchvision", "FRAGMENT")
            library.define(SCHEMAS[name])
            _definitions.append(library)  # an operator lives as long as its Library object
            for module in [key for key in sys.modules if key.split(".")[0] == "torchvision"]:
                del sys.modules[module]
    raise ImportError("torchvision does not import; install the torchvision that belongs to this torch")
