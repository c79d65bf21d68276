"""How fast explore.html is, in Chromium: python -m benchmarks.page results/densities/explore.html

The first picture, 2,048 points followed by what the page begins with, and a frame while α is moved.
"""

import shutil
import sys
from pathlib import Path
from time import monotonic

from playwright.sync_api import Page, sync_playwright

REPEATS = 3
MOVED = """async () => {
  const begin = performance.now();
  for (let step = 0; step <= 120; step += 1) {
    explored.choose({ alpha: step / 120 });
    await new Promise((done) => requestAnimationFrame(done));
  }
  return (performance.now() - begin) / 121;
}"""


def measured(page: Page, address: str) -> tuple[float, float, float]:
    """Seconds to the first picture, seconds for all evaluations, and milliseconds of a frame."""
    begin = monotonic()
    page.goto(address)
    while not page.evaluate("Boolean(globalThis.explored && explored.computed)"):
        pass
    first = monotonic() - begin
    while not page.evaluate("explored.computed.key === explored.wanted"):
        page.wait_for_timeout(10)
    return first, page.evaluate("explored.computed.milliseconds") / 1000, page.evaluate(MOVED)


def main(path: Path) -> None:
    """Print what was measured, once a line."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(REPEATS):
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            first, followed, frame = measured(page, path.resolve().as_uri())
            print(f"first picture {first:.2f} s, all evaluations {followed:.2f} s, a frame {frame:.1f} ms")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
