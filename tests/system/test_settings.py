from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from iadb_core.system.settings import DISTINCT, PLACE, REQUIRED, WORK, Section, setting


class Oven(Section):
    """A section with a field of every sort."""

    heat: float = setting(REQUIRED, "How hot.", gt=0, le=300)
    minutes: int | None = setting(None, "How long; until it is done, if not given.")
    rack: int = setting(1, "Which rack.", ge=1)
    trays: Annotated[list[int], DISTINCT] = setting([1, 2], "Which trays.", min_length=1)
    hands: int = setting(1, "How many cooks.", changes=WORK)
    book: str = setting("book.txt", "Where the recipe lies.", changes=PLACE)
    steam: float = setting(0.0, "New since last year.", neutral=True)
    shelf: str = setting("low", "New, and where something lies.", changes=PLACE, neutral=True)


class Steps(Section):
    """A section with a field of pairs, as the scaling of images is."""

    pairs: list[Annotated[tuple[float, float], Field(strict=False)]] = setting([(0.5, 0.25)], "Pairs.")


class Journey(Section):
    """A section with a key that is a word of Python."""

    begin: str | None = setting(None, "Where it begins.", alias="from")
    to: str = setting("home", "Where it ends.")
    class_: str = setting("second", "How.", alias="class", neutral=True)


def test_a_key_may_be_a_word_of_python():
    journey = Journey.model_validate({"from": "here", "class": "first"})
    assert (journey.begin, journey.class_) == ("here", "first")
    assert journey.written() == journey.canonical() == {"from": "here", "to": "home", "class": "first"}
    assert Journey.of(journey.canonical()) == journey
    plain = Journey.model_validate({})
    assert plain.canonical() == {"to": "home"}
    assert Journey.of({"to": "home"}) == plain
    with pytest.raises(ValidationError, match="begin"):
        Journey.model_validate({"begin": "here"})


def test_what_is_written_is_everything_that_is_given_or_has_a_default():
    assert Oven(heat=200).written() == {
        "heat": 200.0,
        "rack": 1,
        "trays": [1, 2],
        "hands": 1,
        "book": "book.txt",
        "steam": 0.0,
        "shelf": "low",
    }
    assert Oven(heat=200, minutes=5).written()["minutes"] == 5
    assert Steps(pairs=[[1, 2]]).written() == {"pairs": [[1.0, 2.0]]}  # as JSON and YAML have it


def test_the_canonical_form_is_what_results_depend_on():
    assert Oven(heat=200).canonical() == {"heat": 200.0, "rack": 1, "trays": [1, 2]}
    others = Oven(heat=200, hands=3, book="elsewhere.txt", shelf="high")
    assert others.canonical() == Oven(heat=200).canonical()
    for changed in ({"heat": 201.0}, {"minutes": 5}, {"rack": 2}, {"trays": [2, 1]}, {"steam": 0.1}):
        assert Oven(**{"heat": 200.0} | changed).canonical() != Oven(heat=200).canonical()


def test_equal_values_are_one_canonical_form_however_they_are_written():
    assert Oven(heat=200, rack=1).canonical() == Oven.model_validate({"rack": 1, "heat": 2e2}).canonical()
    assert str(Oven(heat=200).canonical()) == str(Oven(heat=200.0).canonical())


def test_with_places_the_paths_of_files_are_told_and_who_works_is_not():
    assert Oven(heat=200, book="a.txt", hands=3).canonical(places=True) == {
        "heat": 200.0,
        "rack": 1,
        "trays": [1, 2],
        "book": "a.txt",
    }


def test_a_new_field_with_its_default_changes_no_canonical_form():
    assert "steam" not in Oven(heat=200).canonical()
    assert "steam" not in Oven(heat=200, steam=0.0).canonical()
    assert Oven(heat=200, steam=0.5).canonical()["steam"] == 0.5
    assert "shelf" not in Oven(heat=200).canonical(places=True)
    assert Oven(heat=200, shelf="high").canonical(places=True)["shelf"] == "high"


def test_a_job_takes_no_default_for_what_it_was_not_told():
    told = Oven.of({"heat": 200.0, "trays": [2]})
    assert (told.heat, told.trays) == (200.0, [2])
    for name in ("rack", "hands", "book"):
        with pytest.raises(AttributeError, match=name):
            getattr(told, name)
    with pytest.raises(AttributeError, match="heat"):
        _ = Oven.of({}).heat


def test_what_stands_for_the_absence_of_a_setting_is_there_without_being_told():
    told = Oven.of(Oven(heat=200).canonical())
    assert told.minutes is None
    assert (told.steam, told.shelf) == (0.0, "low")
    assert Oven.of({"heat": 200.0, "steam": 0.5}).steam == 0.5


def test_what_was_taken_out_for_one_section_is_there_in_the_next():
    assert "rack" not in Oven.of({"heat": 1.0}).__dict__
    assert Oven.of({"heat": 1.0, "rack": 3}).rack == 3
    assert Oven(heat=1).rack == 1


@pytest.mark.parametrize("section", [Oven(heat=200, minutes=7, steam=0.5), Steps()], ids=["Oven", "Steps"])
def test_a_section_of_a_canonical_form_has_that_canonical_form(section):
    assert type(section).of(section.canonical()).canonical() == section.canonical()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "heat\n  Field required"),
        ({"heat": 200, "het": 1}, "het\n  Extra inputs are not permitted"),
        ({"heat": "200"}, "should be a valid number"),
        ({"heat": True}, "should be a valid number"),
        ({"heat": 200, "rack": 1.0}, "should be a valid integer"),
        ({"heat": 200, "rack": "1"}, "should be a valid integer"),
        ({"heat": float("nan")}, "finite number"),
        ({"heat": float("inf")}, "finite number"),
        ({"heat": 0}, "greater than 0"),
        ({"heat": 301}, "less than or equal to 300"),
        ({"heat": 200, "trays": []}, "at least 1 item"),
        ({"heat": 200, "trays": [3, 1, 3]}, r"\[3, 1, 3\] names something twice"),
    ],
)
def test_what_cannot_be_is_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        Oven.model_validate(given)


def test_lists_that_cannot_be_hashed_are_compared_too():
    class Lists(Section):
        values: Annotated[list[list[int]], DISTINCT]

    assert Lists(values=[[1, 2], [2, 1]]).values == [[1, 2], [2, 1]]
    with pytest.raises(ValidationError, match="names something twice"):
        Lists(values=[[1, 2], [1, 2]])


def test_a_section_never_changes():
    section = Oven(heat=200)
    with pytest.raises(ValidationError, match="frozen"):
        section.heat = 100


def test_a_field_says_what_it_is_for():
    properties = Oven.model_json_schema()["properties"]
    assert properties["heat"] == {
        "description": "How hot.",
        "exclusiveMinimum": 0,
        "maximum": 300,
        "title": "Heat",
        "type": "number",
    }
    assert properties["rack"]["default"] == 1
