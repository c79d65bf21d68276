"""Folders of images that are read, a contest each."""

from functools import partial

from benchmarks import folders
from benchmarks.contests import Contest
from benchmarks.works.base import Works


class Readings(Works):
    """Folders of images that are read."""

    def small_images(self) -> Contest:
        """Small PNGs of a folder, whose decoding is quick: most of the time goes to opening them."""
        return self.folder_of(folders.SMALL, 4000 if self.quick else 20_000)

    def photographs(self) -> Contest:
        """Larger JPEGs of a folder, which are decoded at a fraction of their size."""
        return self.folder_of(folders.PHOTOGRAPHS, 1000 if self.quick else 4000)

    def folder_of(self, images: folders.Images, count: int) -> Contest:
        """So many images of a kind, read from a folder, by as many processes as there are cores."""
        ways = {name: partial(way, images, count, self.folder) for name, way in folders.WAYS.items()}
        return self.contest(images.name, "images", ways, baseline="ImageFolder", settling=0.5)
