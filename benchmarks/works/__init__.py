"""The works that are timed: each with the ways to do it, its unit, and how much faster this project is to be."""

from benchmarks.works.animations import Animations
from benchmarks.works.drawings import Drawings
from benchmarks.works.readings import Readings
from benchmarks.works.trainings import Trainings

QUICK = ("mnist_training", "mnist_sampling", "plane_training", "rejection", "frames", "gif")
SLOW = ("transport_of_images", "transport_of_points", "small_images", "photographs", "densities_gif", "mnist_gif")
ASKED_FOR = ("mnist_training_at_length", "densities_gif_in_full", "mnist_gif_of_an_epoch")  # by name: they take long


class Benchmarks(Trainings, Drawings, Readings, Animations):
    """The contests on one device, a method each."""
