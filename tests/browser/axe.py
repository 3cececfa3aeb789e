"""Look at every page of the console with axe-core, light and dark, wide and on a phone. Exit code 1 at a serious fault.

python -m tests.browser.axe
"""

import argparse
import sys
from collections import defaultdict
from itertools import product
from time import monotonic

from rich.console import Console

from tests.browser.site import Site, demo

SIZES = {"wide": (1400, 900), "phone": (390, 844)}


def main() -> int:
    """Print each fault with the pages that have it, and a summary."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.axe", description=__doc__)
    parser.add_argument("--only", default="", help="addresses and names that hold this")
    only = parser.parse_args().only
    console = Console(highlight=False, markup=False, soft_wrap=True)
    began = monotonic()
    with demo() as site:
        looked, found = _look(site, only)
    for fault, places in sorted(found.items(), key=lambda one: -len(one[1])):
        console.print(f"{len(places)} times {fault}\n    {', '.join(places[:3])}")
    console.print(
        f"\n{looked:,} pages, each light and dark, wide and on a phone, in {monotonic() - began:,.0f} s: "
        f"{sum(map(len, found.values())):,} serious or critical faults"
    )
    return int(bool(found))


def _look(site: Site, only: str) -> tuple[int, dict[str, list[str]]]:
    """Return how many pages were looked at, and where each fault is."""
    from tests.browser.accessible import faults
    from tests.browser.album import chosen, open_state, visitors
    from tests.browser.conftest import CHROMIUM
    from tests.browser.visits import Chromium, Theme

    every, found = chosen(site, only), defaultdict[str, list[str]](list)
    chromium = Chromium(str(CHROMIUM))
    themes: tuple[Theme, ...] = ("light", "dark")
    for theme, (size, pixels) in product(themes, SIZES.items()):
        with visitors(chromium, site, pixels, theme) as visitor_for:
            for state in every:
                for fault in open_state(visitor_for(state.user), state, faults):
                    found[fault].append(f"{state.name} ({theme}, {size})")
    chromium.stop()
    return len(every), found


if __name__ == "__main__":
    sys.exit(main())
