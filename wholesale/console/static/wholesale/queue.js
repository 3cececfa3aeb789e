// The work queue by keys. The buttons are forms that htmx sends; without JavaScript the browser sends them.
// What it says is in the user's language: the page writes it into data attributes.
(() => {
    const queue = document.getElementById("queue");
    const sure = document.getElementById("sure");
    const keys = document.getElementById("keys");
    const said = document.getElementById("said");
    const ARROWS = { ArrowDown: "j", ArrowUp: "k" };
    const title = document.getElementById("sure_title");
    title.dataset.usual = title.textContent;
    let asked = null; // the button about which the question is open
    const card = () => queue.querySelector("[data-card]");
    const isOpen = () => sure.open || keys.open;
    const isField = (element) => element.matches("input:not([type=hidden]), textarea, select, [contenteditable]");

    const reveal = () => queue.querySelectorAll("[data-copy], [data-keys]").forEach((button) => (button.hidden = false));
    const say = (words) => {
        const line = document.createElement("p");
        line.className = "queue-said";
        line.textContent = words;
        said.querySelectorAll("[data-own]").forEach((old) => old.remove());
        line.dataset.own = "";
        said.prepend(line);
    };

    const copy = async (button) => {
        const script = document.getElementById(button.dataset.copy);
        try {
            await navigator.clipboard.writeText(script.innerText);
            say(said.dataset.copied);
        } catch {
            getSelection().selectAllChildren(script);
            say(said.dataset.selected);
        }
    };

    const ask = (button) => {
        document.getElementById("sure_words").textContent = button.dataset.confirm;
        title.textContent = button.dataset.title ?? title.dataset.usual;
        asked = button;
        sure.returnValue = "";
        sure.showModal();
    };

    // It is heard a moment after the question was closed: by then the next one may be open, or answered.
    sure.addEventListener("close", () => {
        if (sure.open || !asked) return;
        const button = asked;
        asked = null;
        button.focus();
        if (sure.returnValue !== "yes") return;
        button.dataset.sure = "yes";
        button.click();
    });

    // Before htmx and the browser hear of the click.
    document.addEventListener(
        "click",
        (event) => {
            const button = event.target.closest("[data-confirm]");
            if (!button || !queue.contains(button)) return;
            if (button.dataset.sure) {
                delete button.dataset.sure;
                return;
            }
            event.preventDefault();
            event.stopPropagation();
            ask(button);
        },
        true,
    );

    queue.addEventListener("click", (event) => {
        const button = event.target.closest("[data-copy], [data-keys]");
        if (button?.dataset.copy) copy(button);
        else if (button) keys.showModal();
    });

    const pressed = (key) => {
        const panel = card()?.querySelector("details[open]");
        const choice = panel?.querySelector(`[data-choice="${key}"]`);
        if (choice) return choice;
        if (key === "c") return card()?.querySelector("[data-reach]");
        return card()?.querySelector(`[data-key="${key}"]`) ?? queue.querySelector(`[data-key="${key}"]`);
    };

    document.addEventListener("keydown", (event) => {
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isOpen()) return;
        if (isField(event.target)) {
            if (event.key === "Escape") event.target.blur();
            return;
        }
        if (event.repeat) return;
        // On a page that moves between items, the arrows do what J and K do.
        const key = ("moves" in queue.dataset && ARROWS[event.key]) || event.key.toLowerCase();
        const panel = card()?.querySelector("details[open]");
        if (event.key === "Escape" && panel) {
            panel.open = false;
            panel.querySelector("summary").focus();
        } else if (event.key === "?") {
            keys.showModal();
        } else if (key === "w") {
            card()?.querySelector("[name=note]:not([type=hidden])")?.focus();
        } else if (/^[a-z1-9]$/.test(key)) {
            const target = pressed(key);
            if (!target) return;
            if (target.matches("summary")) {
                queue.querySelectorAll("[data-card] details[open]").forEach((open) => open !== target.parentElement && (open.open = false));
                target.focus();
            }
            target.click();
        } else {
            return;
        }
        event.preventDefault();
    });

    // The next card is read out and holds the focus, unless somebody is writing elsewhere.
    document.addEventListener("htmx:afterSettle", (event) => {
        reveal();
        if (event.detail.target.id !== "board") return;
        const heading = document.querySelector("#board [data-focus]");
        heading?.focus({ preventScroll: true });
        if (queue.getBoundingClientRect().top < 0) queue.scrollIntoView();
    });
    document.addEventListener("htmx:sendError", () => say(said.dataset.unreached));
    document.addEventListener("htmx:responseError", (event) =>
        say(event.detail.xhr.status === 403 ? said.dataset.forbidden : said.dataset.failed),
    );
    reveal();
})();
