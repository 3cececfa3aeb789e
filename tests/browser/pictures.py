"""Take a picture of every page of the console: English and French, light and dark, wide and on a phone.

python -m tests.browser.pictures

They lie in var/screenshots, with an index.html to look through them. `--only lead` takes those whose name or address holds
"lead", and `--languages`, `--themes` and `--sizes` leave some out.
"""

import argparse
import sys
from functools import partial
from itertools import product
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from rich.console import Console

from tests.browser.site import Site, demo
from tests.served import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = ROOT / "var" / "screenshots"
LANGUAGES, THEMES = ("en", "fr"), ("light", "dark")
SIZES = {"wide": (1400, 900), "phone": (390, 844)}
TALLEST = 4_000  # pixels; what lies below is left out
PICTURE = '<a href="{0}"><img src="{0}" alt="{0}" loading="lazy"></a>'
INDEX = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The console</title><style>
body {{ background: #ddd; font: 14px system-ui; margin: 1rem }} div {{ display: flex; gap: .5rem; overflow-x: auto }}
img {{ background: #fff; height: 320px; object-fit: cover; object-position: top }}</style></head><body>{}</body></html>"""


def main() -> int:
    """Take the pictures, and write the index. Exit code 1 if a page could not be brought into its state."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures", description=__doc__)
    parser.add_argument("--only", default="", help="names and addresses that hold this")
    for name, all_of_them in (("languages", LANGUAGES), ("themes", THEMES), ("sizes", tuple(SIZES))):
        parser.add_argument(f"--{name}", nargs="+", choices=all_of_them, default=all_of_them)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    console, began = Console(highlight=False, markup=False, soft_wrap=True), monotonic()
    options.folder.mkdir(parents=True, exist_ok=True)
    with demo() as site:
        names, failed = _take(site, options)
    (options.folder / "index.html").write_text(_index(options.folder, names))
    for failure in failed:
        console.print(failure)
    console.print(f"\nPictures of {len(names)} pages in {monotonic() - began:,.0f} s: {options.folder / 'index.html'}")
    return int(bool(failed))


def _take(site: Site, options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """Return the names of the pages, and what failed."""
    from tests.browser.album import chosen, open_state, visitors
    from tests.browser.conftest import CHROMIUM
    from tests.browser.visits import Chromium
    from wholesale.plumbing.models import UserSettings

    every, failed = chosen(site, options.only), list[str]()
    chromium = Chromium(str(CHROMIUM))
    for language in options.languages:
        for user in (site.admin, site.operator, site.agent):
            UserSettings.objects.update_or_create(user=user, defaults={"language": language})
        for theme, size in product(options.themes, options.sizes):
            with visitors(chromium, site, SIZES[size], theme, language) as visitor_for:
                for state in every:
                    path = options.folder / f"{state.name}.{language}.{theme}.{size}.jpg"
                    try:
                        open_state(visitor_for(state.user), state, partial(_picture, path=path))
                    except RuntimeError as error:
                        failed.append(f"{path.name}: {error}")
    chromium.stop()
    return [state.name for state in every], failed


def _picture(page: "Page", path: Path) -> None:
    """Show the whole page at once, so that what stands at the lower edge of the screen stands there in the picture."""
    height, width, usual = page.evaluate("[document.documentElement.scrollHeight, innerWidth, innerHeight]")
    page.set_viewport_size({"width": width, "height": min(max(height, usual), TALLEST)})
    page.screenshot(path=path, type="jpeg", quality=80)
    page.set_viewport_size({"width": width, "height": usual})


def _index(folder: Path, names: list[str]) -> str:
    rows = []
    for name in names:
        files = sorted(path.name for path in folder.glob(f"{name}.*.jpg"))
        pictures = format_html_join(
            "", '<a href="{0}"><img src="{0}" alt="{0}" loading="lazy"></a>', ((one,) for one in files)
        )
        rows.append(format_html("<h2>{}</h2><div>{}</div>", name, pictures))
    return INDEX.format("".join(rows))


if __name__ == "__main__":
    sys.exit(main())
