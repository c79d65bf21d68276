"""explore.html in a real browser: what each control does."""

import numpy as np
import pytest
from browsing import needs_browser, opened
from explored import made  # noqa: F401

pytestmark = needs_browser


def test_each_mover_can_be_chosen(made):
    with opened(made[0], "#nfe=4") as own:
        own.settled()
        ends = {}
        for by in ("network", "exact", "chance", "pairs"):
            own.page.check(f"input[name=by][value={by}]")
            own.settled()
            ends[by] = own.value("Array.from(explored.computed.states.at(-1)).slice(0, 20)")
            assert (own.page.inner_text("#distance") == "–") == (by == "pairs")
        assert len({str(own) for own in ends.values()}) == 4
        assert own.page.is_disabled("#solver")
        own.page.check("input[name=by][value=chance]")
        own.settled()
        before = own.value("explored.computed.key")
        own.page.click("#again")
        own.settled()
        assert own.value("explored.computed.key") != before
        assert own.said == []


def test_playing_goes_from_the_source_to_the_target_and_can_be_stopped(made):
    with opened(made[0]) as own:
        own.settled()
        own.page.click("#play")
        own.until("explored.chosen.alpha > 0.05 && explored.chosen.alpha < 0.9")
        assert own.page.inner_text("#play") == "Pause"
        own.page.click("#play")
        stopped = own.value("explored.chosen.alpha")
        own.page.wait_for_timeout(200)
        assert own.value("explored.chosen.alpha") == stopped < 1
        own.page.click("#play")
        own.until("explored.chosen.alpha === 1")
        assert own.page.inner_text("#play") == "Play"


def test_a_step_that_opens_moves_nothing_of_what_is_looked_at(made):
    with opened(made[0]) as own:
        own.settled()
        where = {
            which: own.page.locator(which).bounding_box() for which in ("#view", "#chart", "#measure", "#distance")
        }
        for step in range(1, 6):
            own.page.click(f"button[data-step='{step}']")
            own.settled()
            own.value("(window.scrollTo(0, 0), null)")
            assert {which: own.page.locator(which).bounding_box() for which in where} == where


def test_a_start_is_dragged_and_moved_by_keys_and_its_two_ends_are_compared(made):
    with opened(made[0], "#solver=euler&nfe=8") as own:
        own.settled()
        assert own.page.inner_text("#apart") == "–"
        box = own.page.locator("#view").bounding_box()
        own.page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.4 * box["height"])
        own.page.mouse.down()
        own.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
        own.page.mouse.up()
        own.until("document.getElementById('apart').textContent !== '–'")
        assert own.value("explored.chosen.start") == pytest.approx([0.5, 0.3], abs=0.02)  # row, column
        assert len(own.value("explored.traced.trace.own")) == 9
        assert float(own.page.inner_text("#apart")) == pytest.approx(own.value("explored.traced.trace.apart"), abs=1e-4)
        own.page.focus("#view")
        own.page.keyboard.press("ArrowDown")
        assert own.value("explored.chosen.start[0]") > 0.5


def test_the_circle_around_a_start_ends_where_its_points_do(made):
    with opened(made[0], "#solver=midpoint&nfe=8&start=0.45,0.4&show=points,circle") as own:
        own.settled()
        own.until("explored.traced.trace?.around")
        radius = own.value("explored.data.box.width / 55")
        for number, mover in enumerate(("{...explored.computed.request, by: 'exact'}", "explored.computed.request")):
            start = f"start: Float32Array.of(0.45 + {radius}, 0.4)"
            alone = own.value(f"Array.from(explored.alone.states({{...{mover}, {start}}}).states.at(-1))")
            around = own.value(f"Array.from(explored.traced.trace.around[{number}]).slice(0, 2)")
            assert around == pytest.approx(alone, abs=1e-5 if number else 0.02)
        assert own.value("explored.traced.trace.around.map((ends) => ends.length)") == [80, 80]
        own.page.check("input[name=by][value=exact]")
        own.settled()
        own.until("explored.traced.trace?.around")
        assert own.value("explored.traced.trace.around.map((ends) => ends.length)") == [80]
        own.page.uncheck("#show-circle")
        own.settled()
        assert own.value("explored.traced.trace.around") is None
        own.page.check("input[name=by][value=chance]")
        own.settled()
        assert own.page.is_disabled("#show-circle")
        assert own.page.inner_text("#apart") == "–"  # of one draw


def test_where_the_one_start_is_now_goes_with_alpha(made):
    with opened(made[0], "#solver=euler&nfe=2&start=0.45,0.4&alpha=0.25") as own:
        own.settled()
        begin, middle = own.value("explored.traced.trace.own.slice(0, 2)")
        here = own.value("Array.from(iadb.hereOf(explored.traced.trace, 0.25))")
        assert here == pytest.approx([(a + b) / 2 for a, b in zip(begin, middle, strict=True)], abs=1e-6)


def test_the_second_step_shows_pairs_through_the_place_and_their_mean(made):
    with opened(made[0], "#step=2") as own:
        own.settled()
        own.page.click("button[data-step='1']")
        own.page.click("button[data-step='2']")
        own.settled()
        assert own.page.is_checked("#show-through")
        through = "explored.traced.at(explored.chosen.alpha, true).through"
        for alpha in ("0.5", "0.8", "1"):
            own.page.fill("#alpha", alpha)
            own.settled()
            inside = min(float(alpha), 0.98)
            here = own.value("Array.from(explored.traced.at(explored.chosen.alpha, false).here)")
            x0, x1 = (np.reshape(own.value(f"Array.from({through}.{side})"), (-1, 2)) for side in ("x0", "x1"))
            assert len(x0) == len(x1) == 40
            assert np.abs((1 - inside) * x0 + inside * x1 - here).max() < 1e-4
            mean = np.array(own.value(f"{through}.mean"))
            field = own.value(f"Array.from(explored.alone.networks[0].velocity(Float32Array.of(...{here}), {inside}))")
            assert mean[1] - mean[0] == pytest.approx(field, abs=1e-5)
            assert (1 - inside) * mean[0] + inside * mean[1] == pytest.approx(here, abs=1e-5)
        own.page.check("input[name=by][value=chance]")
        own.settled()
        assert own.value(through) is None
        assert own.said == []


def test_painting_gives_back_what_was_chosen_before(made):
    with opened(made[0], "#solver=midpoint&nfe=32&alpha=0.75") as own:
        own.settled()
        own.page.check("#draw")
        assert own.value("explored.chosen.by") == "exact"
        own.page.uncheck("#draw")
        own.settled()
        chosen = own.value("[explored.chosen.by, explored.chosen.solver, explored.chosen.nfe, explored.chosen.alpha]")
        assert chosen == ["network", "midpoint", 32, 0.75]


def test_a_solver_cannot_have_fewer_evaluations_than_a_step_takes(made):
    with opened(made[0], "#solver=rk4&nfe=4") as own:
        own.settled()
        assert own.page.get_attribute("#nfe", "min") == "2"
        assert own.page.inner_text("#nfe-value") == "4"
        own.page.select_option("#solver", "dopri5")
        own.settled()
        assert own.page.inner_text("#nfe-value") == "its own"


def test_what_a_step_offers_says_which_is_chosen_and_the_picture_stays_in_sight(made):
    with opened(made[0], viewport={"width": 360, "height": 740}) as own:
        own.settled()
        own.page.click("button[data-step='4']")
        own.settled()
        own.page.click("button[data-try='midpoint']")
        own.settled()
        pressed = own.value(
            "Array.from(document.querySelectorAll('[data-try]')).filter((one) => one.ariaPressed === 'true')"
            ".map((one) => one.dataset.try)"
        )
        assert pressed == ["midpoint"]
        box = own.page.locator("#view").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] < 500
        assert own.page.locator("button[data-try='midpoint']").bounding_box()["y"] > box["y"] + box["height"]


def test_whoever_moves_alpha_stops_what_plays(made):
    with opened(made[0]) as own:
        own.settled()
        own.page.click("#play")
        own.until("explored.playing !== null && explored.chosen.alpha > 0.02")
        own.page.fill("#alpha", "0.5")
        own.page.wait_for_timeout(200)
        assert own.value("explored.playing") is None
        assert own.value("explored.chosen.alpha") == 0.5


def test_a_target_is_painted_and_the_points_flow_into_it(made):
    with opened(made[0]) as own:
        own.settled()
        own.page.check("#draw")
        assert "Paint a target" in own.page.inner_text("#said")
        box = own.page.locator("#view").bounding_box()
        own.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
        own.page.mouse.down()
        own.page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.7 * box["height"], steps=8)
        own.page.mouse.up()
        own.settled()
        assert own.page.is_disabled("input[name=by][value=network]")
        distance, floor = (float(own.page.inner_text(which).split()[0]) for which in ("#distance", "#floor"))
        assert distance < 2 * floor + 0.01
        address = own.page.url.partition("#")[2]
        ends = own.value("Array.from(explored.computed.states.at(-1)).slice(0, 10)")
        own.page.uncheck("#draw")
        own.settled()
        assert own.value("explored.chosen.by") == "network"
        assert own.said == []
    with opened(made[0], f"#{address}") as other:
        other.settled()
        assert other.value("Array.from(explored.computed.states.at(-1)).slice(0, 10)") == pytest.approx(ends)


def test_a_picture_is_taken_for_a_target(made, tmp_path):
    from PIL import Image

    Image.fromarray(np.kron(np.eye(2), np.ones((40, 30))).astype(np.uint8) * 255).save(tmp_path / "two.png")
    (tmp_path / "no.png").write_bytes(b"no picture")
    with opened(made[0]) as own:
        own.settled()
        own.page.set_input_files("#file", tmp_path / "no.png")
        own.until("document.getElementById('said').classList.contains('wrong')")
        own.page.set_input_files("#file", tmp_path / "two.png")
        own.until("explored.chosen.drawn")
        own.settled()
        cells = np.array(own.value("Array.from(explored.drawing.cells)")).reshape(64, 64)
        assert (cells[:32, :32] > 127).mean() > 0.9 > 0.1 > (cells[:32, 32:] > 127).mean()


def test_a_picture_with_greys_comes_back_from_the_address(made, tmp_path):
    from PIL import Image

    ramp = np.tile(np.linspace(0, 120, 64), (64, 1)).astype(np.uint8)  # dim, and of many levels
    Image.fromarray(ramp).save(tmp_path / "ramp.png")
    with opened(made[0]) as own:
        own.settled()
        own.page.set_input_files("#file", tmp_path / "ramp.png")
        own.until("explored.chosen.drawn")
        own.settled()
        levels = own.value("Array.from(new Set(explored.drawing.cells)).sort((a, b) => a - b)")
        figures = own.page.inner_text("#distance"), own.page.inner_text("#floor")
        address = own.page.url.partition("#")[2]
    assert levels == [0, 85, 170, 255]
    with opened(made[0], f"#{address}") as other:
        other.settled()
        assert (other.page.inner_text("#distance"), other.page.inner_text("#floor")) == figures


def test_a_measurement_is_of_what_was_chosen_when_it_began(made):
    with opened(made[0], "#solver=euler&nfe=8") as own:
        own.settled()
        own.page.click("#measure")
        own.value("(explored.choose({ by: 'pairs' }), null)")
        own.until("!explored.controls.measuring")
        own.settled()
        assert own.value("Array.from(explored.chart.found.keys())") == ["network euler"]
        own.page.click("#reset")
        own.settled()
        own.value("(explored.choose({ backward: true }), null)")
        own.settled()
        about = own.value("Array.from(explored.chart.found.values()).map((own) => own.values.size)")
        assert about == [1]  # what was about the target is forgotten


def test_the_chart_keeps_what_evaluations_bought(made):
    with opened(made[0], "#solver=midpoint") as own:
        own.settled()
        own.page.click("#measure")
        own.until("explored.chart.found.get('network midpoint').values.size >= 7")
        own.page.wait_for_selector("#measure:enabled")
        values = dict(own.value("Array.from(explored.chart.found.get('network midpoint').values)"))
        assert set(values) == {2, 4, 8, 16, 32, 64, 128}  # one evaluation makes no step
        assert own.page.locator("#chart .mark").count() >= 7


def test_each_step_of_the_lesson_sets_the_controls(made):
    with opened(made[0], reduced_motion="reduce") as own:
        own.settled()
        chosen = []
        for step in range(1, 6):
            own.page.click(f"[data-step='{step}']")
            own.settled()
            assert own.page.is_visible(f"#step-{step}")
            assert own.page.get_attribute(f"[data-step='{step}']", "aria-expanded") == "true"
            chosen.append(own.value("JSON.stringify(explored.chosen)"))
        assert len(set(chosen)) == 5
        own.page.click("[data-step='4']")
        distances = {}
        for which in ("euler", "midpoint"):
            own.page.click(f"[data-try='{which}']")
            own.settled()
            assert own.value("explored.computed.evaluations") == 8
            distances[which] = own.value("explored.computed.distance")
        assert distances["euler"] != distances["midpoint"]
        own.page.click("#reset")
        assert own.page.is_hidden("#step-4")
        assert own.said == []


def test_each_layer_can_be_shown_and_the_picture_be_saved(made, tmp_path):
    from PIL import Image

    with opened(made[0], "#nfe=8&show=&alpha=0.5") as own:
        own.settled()

        def shown():
            own.settled()
            own.page.wait_for_timeout(60)
            return own.value("document.getElementById('view').toDataURL()")

        empty = shown()
        for layer in ("points", "paths", "field", "source", "target", "density"):
            own.page.check(f"#show-{layer}")
            assert shown() != empty, layer
            own.page.uncheck(f"#show-{layer}")
            assert shown() == empty, layer
        own.page.check("#trace")
        assert shown() != empty
        with own.page.expect_download() as download:
            own.page.click("#save")
        download.value.save_as(tmp_path / "saved.png")
        with Image.open(tmp_path / "saved.png") as picture:
            assert picture.width == picture.height == own.value("document.getElementById('view').width")


def test_what_was_painted_is_erased_and_cleared(made):
    with opened(made[0]) as own:
        own.settled()
        own.page.check("#draw")
        box = own.page.locator("#view").bounding_box()

        def stroke():
            own.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.3 * box["height"])
            own.page.mouse.down()
            own.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.6 * box["height"], steps=4)
            own.page.mouse.up()
            own.settled()

        def filled():
            return own.value("explored.drawing.cells.reduce((sum, cell) => sum + (cell > 0), 0)")

        stroke()
        thin = filled()
        own.page.locator("#brush").fill("0.12")
        stroke()
        assert filled() > 2 * thin > 0
        own.page.check("#erase")
        stroke()
        assert filled() == 0
        assert own.page.inner_text("#distance") == "–"
        own.page.uncheck("#erase")
        stroke()
        own.page.click("#clear")
        own.settled()
        assert filled() == 0
        assert "Paint a target" in own.page.inner_text("#said")


def test_a_tighter_tolerance_takes_more_evaluations(made):
    with opened(made[0], "#solver=dopri5&tolerance=0.01") as own:
        own.settled()
        loose = own.value("explored.computed.evaluations")
        own.page.locator("#tolerance").fill("3")
        own.settled()
        assert own.page.inner_text("#tolerance-value") == "1e-5"
        assert own.value("explored.computed.evaluations") > loose
        assert own.page.is_disabled("#nfe")
