import pytest
from pydantic import ValidationError

from iadb_core.drawing.settings import Animation


@pytest.mark.parametrize("colour", ["by_start", "#1f77b4", "#ABCDEF"])
def test_points_have_a_colour_of_their_start_or_one_for_all(colour):
    assert Animation(point_colour=colour).point_colour == colour


@pytest.mark.parametrize(
    "wrong",
    [
        {"point_colour": "red"},
        {"point_colour": "#1f77b"},
        {"point_colour": "by_start "},
        {"frame_ms": 25},  # GIF counts hundredths of a second
        {"hold_ms": 2505},
        {"frame_ms": 10},
        {"colours": 256},  # one more marks unchanged pixels
        {"size": 16},
        {"stride": 0},
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Animation(**wrong)
