"""The named image data sets: what is known of each before it is read."""

from typing import Any, NamedTuple

DIGITS = "digits"
TEN = tuple("0123456789")
LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
CAPITALS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
UNMERGED = tuple("abdefghnqrt")  # small letters of EMNIST that do not look like their capitals
CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")
ANIMALS_AND_CARS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
STL = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")
LAND = (
    *("AnnualCrop", "Forest", "HerbaceousVegetation", "Highway", "Industrial"),
    *("Pasture", "PermanentCrop", "Residential", "River", "SeaLake"),
)
SIDES = ({"train": True}, {"train": False})
PARTS = ({"split": "train"}, {"split": "test"})
Options = dict[str, Any]  # of torchvision's class


class ImageSet(NamedTuple):
    """A data set. classes: names, in the order of their numbers. channels: 1 for gray, 3 for RGB.

    parts: what torchvision's class is told for the training and the test images; of a set that has but one part, it is
    split like a folder. of: the name of the class, if not that of the set. photographs: whether its images are of many
    sizes, in files of their own; the others are stored as they are.
    """

    classes: tuple[str, ...]
    channels: int = 1
    parts: tuple[Options, ...] = SIDES
    of: str | None = None
    photographs: bool = False


def _numbers(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


def _emnist(split: str, classes: tuple[str, ...]) -> ImageSet:
    first, second = SIDES
    return ImageSet(classes, 1, ({"split": split, **first}, {"split": split, **second}), "EMNIST")


def _photographs(count: int, parts: tuple[Options, ...] = PARTS) -> ImageSet:
    return ImageSet(_numbers(count), 3, parts, photographs=True)


IMAGE_SETS = {
    DIGITS: ImageSet(TEN, parts=({},)),
    "MNIST": ImageSet(TEN),
    "FashionMNIST": ImageSet(CLOTHES),
    "KMNIST": ImageSet(TEN),
    "QMNIST": ImageSet(TEN),
    "EMNIST-balanced": _emnist("balanced", (*TEN, *CAPITALS, *UNMERGED)),
    "EMNIST-bymerge": _emnist("bymerge", (*TEN, *CAPITALS, *UNMERGED)),
    "EMNIST-byclass": _emnist("byclass", (*TEN, *CAPITALS, *LETTERS)),
    "EMNIST-digits": _emnist("digits", TEN),
    "EMNIST-letters": _emnist("letters", LETTERS),
    "USPS": ImageSet(TEN),
    "SEMEION": ImageSet(TEN, parts=({},)),
    "CIFAR10": ImageSet(ANIMALS_AND_CARS, 3),
    "CIFAR100": ImageSet(_numbers(100), 3),
    "SVHN": ImageSet(TEN, 3, PARTS),
    "STL10": ImageSet(STL, 3, PARTS),
    "EuroSAT": ImageSet(LAND, 3, ({},), photographs=True),
    "GTSRB": _photographs(43),
    "Flowers102": _photographs(102),
    "OxfordIIITPet": _photographs(37, ({"split": "trainval"}, {"split": "test"})),
    "DTD": _photographs(47),
    "FGVCAircraft": _photographs(100, ({"split": "trainval"}, {"split": "test"})),
    "Imagenette": _photographs(10, ({"split": "train"}, {"split": "val"})),
    "Food101": _photographs(101),
}
