"""The report, by real Snakemake, and in a real browser."""

import re

import pytest
from browsing import needs_browser, opened
from conftest import copied
from small import POINTS


@pytest.fixture(scope="module")
def reported(finished, tmp_path_factory):
    """A workspace with a report of what `snakemake` made and of one picture more."""
    workspace = copied(finished, tmp_path_factory.mktemp("report") / "project")
    for command in (
        ("results/points/loss.png", "results/metrics.csv"),
        ("pages",),
        ("--report", "results/report.html", "pages"),
    ):
        ran = workspace.snakemake(*command)
        assert ran.returncode == 0, ran.stderr
    return workspace


@pytest.mark.slow
def test_the_report_has_what_was_made_with_figures_in_its_captions(reported):
    text = reported.path("results/report.html").read_text("utf-8")
    for name in (
        "points/explore.html",
        "points/animation.html",
        "images/animation.html",
        "metrics.table.html",
        "points/loss.png",
        "images/explore.html",
    ):
        assert f"results/{name}" in text
    assert re.search(r"The first run was trained for 60 steps in \d", text)
    assert "W2 (with root): " in text
    assert "System Message" not in text
    assert "How to have it again" in text
    assert "Protocol" in text
    assert "torch 2" in text
    for label in ("moved by", "network and exact", "seed", "solver"):
        assert label in text
    assert "{{" not in re.sub(r"(?s)<script.*?</script>", "", text)


@pytest.mark.slow
def test_the_pages_that_stand_in_it_are_there(reported):
    for name in ("points/animation.html", "metrics.table.html", "points/solvers.table.html"):
        assert "Content-Security-Policy" in reported.path(f"results/{name}").read_text("utf-8")
    again = reported.snakemake("-n", "pages")
    assert "Nothing to be done" in again.stdout + again.stderr


@pytest.mark.slow
@needs_browser
def test_it_opens_without_a_network(reported):
    with opened(reported.path("results/report.html")) as own:
        own.page.wait_for_timeout(1000)
        assert all(address.startswith(("file:", "blob:", "data:")) for address in own.asked)
        assert "To watch" in own.page.inner_text("body")


@pytest.mark.slow
def test_a_page_that_cannot_be_is_told_why(reported, refused):
    reported.configure({"normal": {**POINTS, "source": {"gaussian": {}}, "target": {"gaussian": {"dimensions": 3}}}})
    refused(
        reported.snakemake("results/normal/explore.html"), "normal: explore.html shows points of the plane, and these"
    )
