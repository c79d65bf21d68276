"""The settings of what is drawn."""

from iadb_core.system.settings import Section, setting


class DensityFilm(Section):
    """results/<experiment>_density.gif: the density that flows, beside the exact one."""

    cells: int = setting(128, "Cells along a side of the grid on which it is found.", ge=8, le=1024)
    frames: int = setting(
        33, "Frames, at most; as many steps as `evaluation.likelihood` has are between.", ge=2, le=1000
    )
    levels: int = setting(7, "Lines of equal height.", ge=0, le=100)
    points: int = setting(0, "Points of the animation that are drawn over it.", ge=0, le=100_000)


class ExplorePage(Section):
    """results/<experiment>/explore.html: the model of the first seed, which runs in the page."""

    beside: list[str] = setting(
        [],
        "Other experiments of the same source, target and classes, between whose models one can switch: straighter "
        "ones, say.",
        max_length=20,
    )


class Animation(Section):
    """How the frames and the GIF look."""

    size: int = setting(512, "Width of a frame in pixels; images are enlarged by a whole factor.", ge=32, le=4096)
    stride: int = setting(1, "A frame every so many steps; the last state is always one.", ge=1, le=10_000)
    axes: list[str] | None = setting(
        None,
        "Points of a table: the two coordinates that are shown, to the right and upward. By default, of more than two, "
        "the first two principal components.",
        min_length=2,
        max_length=2,
    )
    point_colour: str = setting(
        "by_start",
        'Colour of the points: by_start, each by where it starts, or one for all, as "#1f77b4".',
        pattern="^(by_start|#[0-9a-fA-F]{6})$",
    )
    frame_ms: int = setting(50, "Time of a frame in milliseconds.", ge=20, le=10_000, multiple_of=10)
    hold_ms: int = setting(2500, "Time of the last frame in milliseconds.", ge=20, le=60_000, multiple_of=10)
    colours: int = setting(128, "Size of the GIF's palette; one more marks unchanged pixels.", ge=4, le=255)
    density: DensityFilm = setting(DensityFilm(), str(DensityFilm.__doc__))
    explore: ExplorePage = setting(ExplorePage(), str(ExplorePage.__doc__))
    mp4: bool = setting(False, "Also make results/<experiment>.mp4 by default.")
