"""Inception features of images through torchmetrics, for those who must compare with published FID and KID."""

import numpy as np
import torch

from iadb_core.data.shards import Samples
from iadb_core.system.downloads import impatient_sockets
from iadb_core.system.errors import InputError

IMAGES_AT_ONCE = 64


class Inception:
    """torchmetrics' Inception-v3 (the weights of torch-fidelity), which sees images of any size in [0, 1].

    Raises InputError if the packages are not installed or the weights can neither be found nor downloaded.
    """

    def __init__(self) -> None:
        from iadb_core.data.torchvision_import import import_torchvision

        import_torchvision()
        try:
            from torchmetrics.image.fid import NoTrainInceptionV3

            with impatient_sockets():
                self.network = NoTrainInceptionV3(name="inception-v3-compat", features_list=["2048"])
        except (ImportError, OSError, RuntimeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"evaluation.inception: the Inception network cannot be had ({reason}). It needs `pip install "
                "torch-fidelity` and a download of 91 MB; without them set `inception: false`, which "
                "leaves the distances by the pipeline's own classifier"
            ) from error

    def features(self, images: Samples) -> np.ndarray:
        """images: (n, 1 or 3, height, width) in [0, 1]; gray ones are seen as RGB. Returns (n, 2048), float32."""
        found = []
        with torch.inference_mode():
            for first in range(0, len(images), IMAGES_AT_ONCE):
                block = torch.from_numpy(np.ascontiguousarray(images[first : first + IMAGES_AT_ONCE], dtype=np.float32))
                found.append(self.network((block * 255).round().to(torch.uint8).expand(-1, 3, -1, -1)))
        return torch.cat(found).numpy()
