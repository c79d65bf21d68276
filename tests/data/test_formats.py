from PIL import Image

from iadb_core.data.formats import FORMATS, SUFFIXES


def test_the_endings_are_those_that_pillow_knows_of_each_format():
    known = Image.registered_extensions()
    for name, suffixes in FORMATS.items():
        assert {known[suffix] for suffix in suffixes} == {name}
    assert sorted(suffix for suffixes in FORMATS.values() for suffix in suffixes) == sorted(SUFFIXES)
