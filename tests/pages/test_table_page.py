"""Tables and animations in pages of their own."""

import pandas
import pytest
from browsing import needs_browser, opened
from javascript import javascript, needs_node

from iadb_core.pages.animation import animation_page
from iadb_core.pages.table import table_page

HOSTILE = "<script>document.title = 'run'</script>"
TABLE = pandas.DataFrame(
    {
        "experiment": ["b", "a", HOSTILE, "c"],
        "value": [0.123456789, 12.0, None, 3e-7],
        "n": [1000, 1000, 1000, 1000],
        "nothing": [None] * 4,
    }
)


@needs_browser
def test_a_table_is_sorted_and_filtered_and_shows_text_as_text(tmp_path):
    (tmp_path / "table.html").write_text(table_page(f"of {HOSTILE}", TABLE), "utf-8")
    with opened(tmp_path / "table.html") as own:
        page = own.page

        def column(number):
            return page.locator(f"tbody tr:visible td:nth-child({number})").all_inner_texts()

        assert page.inner_text("h1") == f"of {HOSTILE}"
        assert page.title() != "run"
        assert page.locator("th").all_inner_texts() == ["experiment", "value"]  # what is empty or the same is none
        assert "n\n1,000" in page.inner_text("dl")
        page.click("th:nth-child(2) button")
        assert column(2) == ["3e-07", "0.12346", "12", ""]
        assert page.get_attribute("th:nth-child(2)", "aria-sort") == "ascending"
        page.click("th:nth-child(2) button")
        assert column(2) == ["12", "0.12346", "3e-07", ""]
        page.click("th:nth-child(1) button")
        assert column(1) == sorted(TABLE.experiment, key=lambda text: (text[0] != "<", text))
        page.fill("#filter", "0.12 B")
        assert column(1) == ["b"]
        assert page.inner_text("#count") == "1 of 4 rows"
        page.fill("#filter", "0.123456789")  # as it is, not as it is shown
        assert column(1) == ["b"]
        assert own.said == []
        assert all(address.startswith("file:") for address in own.asked)


@needs_node
def test_words_are_looked_for_wherever_they_stand():
    body = 'return ["", "a", "B a", "a x"].map((words) => hasWords("A bc", words));'

    found = javascript(body, {"table": "hasWords"})
    assert found == [True, True, True, False]


@needs_browser
def test_tables_and_animations_are_accessible(tmp_path):
    from axe_playwright_python.sync_playwright import Axe
    from PIL import Image

    Image.new("P", (8, 8)).save(tmp_path / "a.gif")
    pages = {
        "table": table_page("A table", TABLE),
        "animation": animation_page("a", "b", (tmp_path / "a.gif").read_bytes()),
    }
    for name, text in pages.items():
        (tmp_path / f"{name}.html").write_text(text, "utf-8")
        with opened(tmp_path / f"{name}.html", bypass_csp=True) as own:
            found = Axe().run(own.page)
            assert found.violations_count == 0, found.generate_report()
            assert own.said == []


def test_an_animation_is_a_gif_and_no_other_file():
    with pytest.raises(ValueError, match="no GIF"):
        animation_page("a", "b", b"<svg onload=alert(1)>")
    assert 'src="data:image/gif;base64,R0lGODlh' in animation_page("a", '"b"', b"GIF89a")
