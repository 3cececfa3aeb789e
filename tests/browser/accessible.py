"""What axe-core finds wrong on a page, and the two things of ours that it does not call serious: the landmark and the way
to it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LEVELS = ("serious", "critical")
_AXE = Axe()
# Exactly one main landmark. Where there is a sidebar, the first thing that the Tab key reaches leads past it.
_FRAME = """() => {
    const faults = [];
    const mains = document.querySelectorAll("main").length;
    if (mains !== 1) faults.push(`main: ${mains} landmarks`);
    if (document.getElementById("nav-sidebar")) {
        const first = document.querySelector("a[href], button, input, select, textarea, summary, [tabindex]");
        const leads = first?.matches(".skip-link") && document.querySelector(first.getAttribute("href"));
        if (!leads) faults.push("skip-link: none");
    }
    return faults;
}"""


def faults(page: Page) -> list[str]:
    """Return a line for each part of the page with a serious or critical fault: the rule, the part, and what is wrong."""
    page.evaluate(_AXE.axe_script)  # not a script of the page, so its policy stays in force
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    lines = [_line(rule, node) for rule in found["violations"] if rule["impact"] in LEVELS for node in rule["nodes"]]
    framed: list[str] = page.evaluate(_FRAME)
    return framed + lines


def _line(rule: dict[str, Any], node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    said = checks[0]["message"] if checks else rule["help"]
    return f"{rule['id']}: {' '.join(map(str, node['target']))}: {said}"
