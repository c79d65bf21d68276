"""A named image data set: scikit-learn's digits, or one that torchvision has."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationInfo, field_validator

from iadb_core.data.images import Images, Step, scaling_setting, size_setting
from iadb_core.system.settings import REQUIRED, setting

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

DIGITS = "digits"
CHANNELS = {"CIFAR10": 3}


class Dataset(Images):
    """A named image data set."""

    kind = "dataset"
    name: Literal["digits", "MNIST", "FashionMNIST", "KMNIST", "CIFAR10"] = setting(REQUIRED, "The data set.")
    size: int = size_setting()
    margin: int = setting(
        0, "digits only: black pixels on each side of the enlarged digit.", ge=0, le=256, validate_default=True
    )
    scaling: list[Step] = scaling_setting()

    @field_validator("margin")
    @classmethod
    def _fits(cls, margin: int, info: ValidationInfo) -> int:
        if margin and info.data.get("name", DIGITS) != DIGITS:
            raise ValueError("only digits has it; remove it")
        if "size" in info.data and info.data["size"] - 2 * margin < 8:
            raise ValueError(f"{margin} leaves less than 8 pixels of {info.data['size']}")
        return margin

    def channels_of_image(self) -> int:
        return CHANNELS.get(self.name, 1)

    def made_of(self) -> dict[str, Any]:
        late = {"scaling"} if self.name == DIGITS else {"scaling", "size", "margin"}
        return {key: value for key, value in self.canonical().items() if key not in late}

    def labelled_as(self, seed: int) -> str:
        return f"{self.name}-{self.size}-{self.margin}-{seed}" if self.name == DIGITS else f"{self.name}-{self.size}"

    def split_seed(self, seed: int) -> int:
        """The seed by which held-out samples were chosen; where there are test images, none was."""
        return seed if self.name == DIGITS else 0

    def read(self, data_dir: "str | Path", seed: int) -> "tuple[np.ndarray, np.ndarray]":
        if self.name == DIGITS:
            from iadb_core.data.digits import digits
            from iadb_core.data.holding_out import held_out_tenth

            return held_out_tenth(digits(self.size, self.margin), seed)
        from iadb_core.data.torchvision_sets import torchvision_set

        return torchvision_set(self.name, data_dir)

    def labels(self, data_dir: "str | Path", seed: int) -> "tuple[np.ndarray, np.ndarray]":
        if self.name == DIGITS:
            from iadb_core.data.digits import digit_labels
            from iadb_core.data.holding_out import held_out_tenth

            return held_out_tenth(digit_labels(), seed)
        from iadb_core.data.torchvision_sets import torchvision_labels

        return torchvision_labels(self.name, data_dir)
