"""A named image data set: scikit-learn's digits, or one that torchvision has."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationInfo, field_validator

from iadb_core.data.image_sets import DIGITS, IMAGE_SETS
from iadb_core.data.images import Images, Step, scaling_setting, size_setting, width_setting
from iadb_core.system.settings import REQUIRED, setting

if TYPE_CHECKING:
    from pathlib import Path

    from iadb_core.data.parts import Labelled, Parts

LEAST = 8  # pixels of a digit


class Dataset(Images):
    """A named image data set."""

    kind = "dataset"
    name: Literal[
        "digits",
        "MNIST",
        "FashionMNIST",
        "KMNIST",
        "QMNIST",
        "EMNIST-balanced",
        "EMNIST-bymerge",
        "EMNIST-byclass",
        "EMNIST-digits",
        "EMNIST-letters",
        "USPS",
        "SEMEION",
        "CIFAR10",
        "CIFAR100",
        "SVHN",
        "STL10",
        "EuroSAT",
        "GTSRB",
        "Flowers102",
        "OxfordIIITPet",
        "DTD",
        "FGVCAircraft",
        "Imagenette",
        "Food101",
    ] = setting(REQUIRED, "The data set.")
    size: int = size_setting()
    width: int | None = width_setting()
    margin: int = setting(
        0, "digits only: black pixels on each side of the enlarged digit.", ge=0, le=256, validate_default=True
    )
    scaling: list[Step] = scaling_setting()

    @field_validator("margin")
    @classmethod
    def _fits(cls, margin: int, info: ValidationInfo) -> int:
        if margin and info.data.get("name", DIGITS) != DIGITS:
            raise ValueError("only digits has it; remove it")
        sides = [side for key in ("size", "width") if (side := info.data.get(key))]
        if sides and min(sides) - 2 * margin < LEAST:
            raise ValueError(f"{margin} leaves less than 8 pixels of {min(sides)}")
        return margin

    def channels_of_image(self) -> int:
        return IMAGE_SETS[self.name].channels

    def class_names(self) -> list[str]:
        return list(IMAGE_SETS[self.name].classes)

    def made_of(self) -> dict[str, Any]:
        """Digits are drawn, and photographs cut, in the size that is wanted; other sets are stored as they are."""
        sized = self.name == DIGITS or IMAGE_SETS[self.name].photographs
        late = {"scaling"} if sized else {"scaling", "size", "width", "margin"}
        return {key: value for key, value in self.canonical().items() if key not in late}

    def labelled_as(self, seed: int) -> str:
        size = f"{self.size}x{self.width}" if self.width else f"{self.size}"
        parts = [self.name, size]
        if self.name == DIGITS:
            parts.append(str(self.margin))
        if len(IMAGE_SETS[self.name].parts) == 1:
            parts.append(str(seed))
        return "-".join(parts)

    def split_seed(self, seed: int) -> int:
        """The seed by which training samples were chosen; where the data set says which they are, none was."""
        return seed if len(IMAGE_SETS[self.name].parts) == 1 else 0

    def read(self, data_dir: "str | Path", seed: int) -> "Parts[Labelled]":
        from iadb_core.data.holding_out import parts_of, parts_with_test

        if self.name == DIGITS:
            from iadb_core.data.digits import digit_labels, digits

            return parts_of(digits(self.height_and_width(), self.margin), digit_labels(), seed)
        from iadb_core.data.torchvision_sets import torchvision_set

        cut = self.height_and_width() if IMAGE_SETS[self.name].photographs else None
        found = torchvision_set(self.name, data_dir, cut)
        return parts_of(*found[0], seed) if len(found) == 1 else parts_with_test(found[0], found[1], seed)
