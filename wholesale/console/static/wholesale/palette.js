// The palette: Ctrl+K opens it on each page, arrows choose, Enter opens what is chosen. htmx brings what is found.
(() => {
    const palette = document.getElementById("palette");
    if (!palette) return;
    const field = document.getElementById("palette_text");
    const found = document.getElementById("palette_found");
    const count = document.getElementById("palette_count");
    const options = () => [...found.querySelectorAll("[role=option]")];
    let chosen = 0;
    let asked = null; // the text of which `found` is the answer
    let enters = false; // Enter was pressed before the answer came

    const choose = (at) => {
        const all = options();
        all[chosen]?.setAttribute("aria-selected", "false");
        chosen = all.length ? (at + all.length) % all.length : 0;
        const option = all[chosen];
        option?.setAttribute("aria-selected", "true");
        option?.scrollIntoView({ block: "nearest" });
        field.setAttribute("aria-activedescendant", option?.id ?? "");
    };

    // It opens empty. What was typed is not taken away when it closes: a browser tells of that a moment later.
    const open = () => {
        if (!palette.open) {
            field.value = "";
            asked = null;
            enters = false;
            found.replaceChildren();
            count.textContent = "";
            palette.showModal();
        }
        field.select();
        htmx.trigger(field, "palette-open");
    };

    const enter = () => {
        if (asked === field.value) {
            options()[chosen]?.click();
        } else {
            enters = true;
            htmx.trigger(field, "palette-open");
        }
    };

    document.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
            event.preventDefault();
            open();
        }
    });
    document.addEventListener("click", (event) => {
        if (event.target.closest("[data-palette]")) open();
        else if (event.target === palette || event.target.closest("[data-palette-close]")) palette.close();
    });
    field.addEventListener("keydown", (event) => {
        if (event.key === "ArrowDown") choose(chosen + 1);
        else if (event.key === "ArrowUp") choose(chosen - 1);
        else if (event.key === "Enter") enter();
        else if (event.key === "Escape") palette.close(); // it would only empty the field
        else return;
        event.preventDefault();
    });
    field.addEventListener("input", () => (enters = false));
    field.addEventListener("htmx:configRequest", (event) => (event.detail.headers["X-Asked"] = encodeURIComponent(field.value)));
    found.addEventListener("htmx:afterSettle", (event) => {
        asked = decodeURIComponent(event.detail.requestConfig.headers["X-Asked"]);
        choose(0);
        if (palette.open && enters && asked === field.value) enter();
    });
    for (const failure of ["htmx:sendError", "htmx:responseError"]) {
        field.addEventListener(failure, () => {
            enters = false;
            count.textContent = count.dataset.failed;
        });
    }
})();
