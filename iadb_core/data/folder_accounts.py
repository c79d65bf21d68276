"""An account of the images of a folder: what was read, what was left out, and what is likely not meant."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from iadb_core.data.holding_out import tell_shared
from iadb_core.data.image_files import Told
from iadb_core.data.opening import shown
from iadb_core.data.parts import Parts
from iadb_core.system.errors import InputError
from iadb_core.system.progress import log, log_in_file

NAMED = 3  # files that are named on the screen; the log has all broken ones
FEW_BITS = 2**12  # 16-bit values of which none is larger are likely 12-bit ones


class Account:
    """What is known of images that have been read, to be told at the end.

    paths: of all images. left_out: other files, by the reason. digests: of the stored pixels, in order.
    """

    def __init__(self, paths: Sequence[str], left_out: Mapping[str, Sequence[str]]) -> None:
        self.paths, self.left_out = paths, left_out
        self.kinds: Counter[str] = Counter()
        self.broken: list[str] = []
        self.digests: list[bytes] = []
        self.least, self.most = (2**31, 2**31), (0, 0)
        self.constant, self.of_16_bits, self.largest = 0, 0, 0

    def take(self, found: Sequence[Told | str]) -> None:
        """Some more that were read, or why they were not."""
        for one in found:
            if isinstance(one, str):
                self.broken.append(one)
                continue
            self.kinds[one.kind] += 1
            self.least, self.most = min(self.least, one.sides), max(self.most, one.sides)
            self.constant += one.constant
            self.digests.append(bytes.fromhex(one.digest))
            if one.largest is not None:
                self.of_16_bits += 1
                self.largest = max(self.largest, one.largest)

    def tell(self) -> None:
        """Log what was read, and warn of what is likely not meant. Raises InputError if there are broken ones."""
        for reason, paths in self.left_out.items():
            log.info("%s left out, %s: %s", f"{len(paths):,}", reason, named(paths))
        if self.broken:
            for said in self.broken:
                log_in_file(said)
            more = f"; and {len(self.broken) - NAMED} more, which the log names" if len(self.broken) > NAMED else ""
            raise InputError(
                f"{len(self.broken)} of {len(self.paths)} images are broken, repair or remove them: "
                f"{'; '.join(self.broken[:NAMED])}{more}"
            )
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in self.kinds.most_common())
        sides = " to ".join(f"{width}×{height}" for width, height in dict.fromkeys((self.least, self.most)))
        left_out = sum(map(len, self.left_out.values()))
        read = f"{len(self.paths):,} images read: {kinds}, of {sides} pixels"
        log.info("%s; left out: %s files", read, f"{left_out:,}")
        if self.constant == len(self.paths):
            log.warning(
                "every image is of one value: nothing can be learnt; black on transparency needs `background: white`"
            )
        if self.of_16_bits and self.largest < FEW_BITS:
            log.warning("the 16-bit images use values up to %s of 65,535: they are nearly black", f"{self.largest:,}")

    def tell_shared(self, parts: Parts[np.ndarray]) -> None:
        """Log how many images are there more than once, and warn where those of one part are trained on as well."""
        if copies := len(self.digests) - len(set(self.digests)):
            log.warning(
                "copies of other images: %s; all of one image come into one part, trained on or held out",
                f"{copies:,}",
            )
        trained = {self.digests[row] for row in parts.train}
        for name, rows in (("held-out", parts.held_out), ("validation", parts.validation)):
            if shared := sum(self.digests[row] in trained for row in rows):
                tell_shared(shared, len(rows), name)


def named(paths: Sequence[str], most: int = NAMED) -> str:
    """The first few paths, as they can be shown."""
    return ", ".join(map(shown, paths[:most])) + (", …" if len(paths) > most else "")
