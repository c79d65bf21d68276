"""The settings of sample files."""

from iadb_core.system.settings import Section, setting


class SampleFiles(Section):
    """The sample files of both densities."""

    points: int = setting(65_536, "Training points of a 2D density.", ge=1, le=100_000_000)
    held_out_points: int = setting(
        16_384, "Further points, never trained on: so many for validation, and as many held out.", ge=2, le=100_000_000
    )
    seed: int = setting(0, "Of the points, and of which samples are in which part.", ge=0, le=4_294_967_295)
