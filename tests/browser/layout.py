"""What of a page a screen cannot show: what sticks out of it, and texts that their box is too small for."""

from playwright.sync_api import Page

# A part that scrolls by itself may be wider than the screen. The trail above a page is cut where it is long, with dots.
UNSEEN = """() => {
    const width = document.documentElement.clientWidth, said = [];
    const words = (it) => (it.textContent || it.value || "").trim().replace(/\\s+/g, " ").slice(0, 50);
    const name = (it) => `${it.tagName.toLowerCase()}.${it.classList[0] || ""} "${words(it)}"`;
    const scrolls = (it) => /auto|scroll/.test(getComputedStyle(it).overflowX);
    const withinScroller = (it) => { while ((it = it.parentElement)) if (scrolls(it)) return true; return false; };
    const hasText = (it) => [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const seen = (it) => it.checkVisibility({ visibilityProperty: true }) && getComputedStyle(it).clipPath === "none";
    if (document.documentElement.scrollWidth > width) said.push("the page is wider than the screen");
    for (const it of document.querySelectorAll("#content *")) {
        if (it.closest("svg") || !seen(it) || it.getBoundingClientRect().width < 2) continue;
        const box = it.getBoundingClientRect();
        if (box.right > width + 1 && !withinScroller(it)) said.push(`out of the screen: ${name(it)}`);
        const isField = it.matches("textarea, input, select, .material-symbols-outlined");
        if (hasText(it) && it.clientHeight && !scrolls(it) && !isField) {
            if (it.scrollWidth > it.clientWidth + 2) said.push(`wider than its box: ${name(it)}`);
            if (it.scrollHeight > it.clientHeight + 6) said.push(`higher than its box: ${name(it)}`);
        }
        if (it.matches("textarea") && it.scrollHeight > it.clientHeight + 3 && it.clientHeight < innerHeight / 2) {
            said.push(`a text is cut: ${name(it)}`);
        }
    }
    return said;
}"""


def unseen(page: Page) -> list[str]:
    """Say what of the open page does not fit: into the screen, or into its own box."""
    found: list[str] = page.evaluate(UNSEEN)
    return found
