// The board of offers: a card is moved by drag or by keys. Each move is the question of the offer's own button, in a dialog.
// What it says is in the user's language: the page writes it into data attributes.
(() => {
    const board = document.getElementById("board");
    const ask = document.getElementById("board_ask");
    const choices = document.getElementById("board_choices");
    const question = document.getElementById("board_question");
    const said = document.getElementById("board_said");
    let held = null; // the id of the card that is moved, or was last

    const cardOf = (element) => element.closest?.("[data-offer]");
    const columnOf = (card) => card.closest("[data-state]");
    const nameOf = (card) => card.querySelector(".board-name").textContent;
    const movesOf = (card) => columnOf(card).querySelector("template").content;
    const cards = (column) => [...column.querySelectorAll("[data-offer]")];

    // Of each column Tab reaches one card; the arrows go to the others.
    const choose = (card) => {
        columnOf(card).querySelectorAll("[data-offer] :is(a, button)").forEach((one) => {
            one.tabIndex = cardOf(one) === card ? 0 : -1;
        });
    };
    const focus = (card) => {
        choose(card);
        card.querySelector(".board-name").focus({ preventScroll: true });
        card.scrollIntoView({ block: "nearest", inline: "nearest" });
    };
    const reveal = () => {
        document.getElementById("board_keys").hidden = false;
        board.querySelectorAll("[data-move]").forEach((button) => (button.hidden = false));
        board.querySelectorAll("[data-state] [data-offer]:first-child").forEach(choose);
    };

    const neighbour = (card, key) => {
        const column = columnOf(card);
        const place = cards(column).indexOf(card);
        if (key === "ArrowUp") return cards(column)[place - 1];
        if (key === "ArrowDown") return cards(column)[place + 1];
        if (key === "Home") return cards(column)[0];
        if (key === "End") return cards(column).at(-1);
        const step = key === "ArrowLeft" ? -1 : 1;
        const columns = [...board.querySelectorAll("[data-state]")];
        for (let at = columns.indexOf(column) + step; columns[at]; at += step) {
            const found = cards(columns[at]);
            if (found.length) return found[Math.min(place, found.length - 1)];
        }
        return null;
    };

    const open = () => {
        if (!ask.open) ask.showModal();
    };
    const asked = async (link) => {
        choices.hidden = true;
        ask.setAttribute("aria-labelledby", "asked_title");
        question.replaceChildren();
        await htmx.ajax("GET", link, { target: question, swap: "innerHTML" });
        if (!question.firstElementChild) return;
        open();
        question.querySelector("input:not([type=hidden]), textarea, select")?.focus();
    };
    const linkFor = (card, button) => button.dataset.link.replace("OFFER", card.dataset.offer);
    const menu = (card) => {
        held = card.id;
        question.replaceChildren();
        choices.querySelector("ul").replaceWith(movesOf(card).firstElementChild.cloneNode(true));
        choices.querySelectorAll("[data-link]").forEach((button) => {
            button.dataset.link = linkFor(card, button);
        });
        const title = document.getElementById("choices_title");
        title.textContent = `${title.dataset.title}: ${nameOf(card)}`;
        ask.setAttribute("aria-labelledby", "choices_title");
        choices.hidden = false;
        open();
        choices.querySelector("[data-link]").focus();
    };

    board.addEventListener("focusin", (event) => cardOf(event.target) && choose(cardOf(event.target)));
    board.addEventListener("click", (event) => event.target.closest("[data-move]") && menu(cardOf(event.target)));
    board.addEventListener("keydown", (event) => {
        const card = cardOf(event.target);
        if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key.toLowerCase() === "m") {
            if (!card.draggable) return;
            event.preventDefault();
            menu(card);
        } else if (/^(Arrow|Home|End)/.test(event.key)) {
            event.preventDefault();
            const next = neighbour(card, event.key);
            if (next) focus(next);
        }
    });

    ask.addEventListener("click", (event) => {
        const button = event.target.closest("[data-link]");
        if (button) asked(button.dataset.link);
        else if (event.target.closest("[data-close]")) ask.close();
    });
    ask.addEventListener("keydown", (event) => {
        if (choices.hidden) {
            if (event.key === "Enter" && event.ctrlKey) event.target.closest("form")?.requestSubmit();
            return;
        }
        const buttons = [...choices.querySelectorAll("[data-link]")];
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        const at = buttons.indexOf(document.activeElement);
        const next = step ? buttons[(at + step + buttons.length) % buttons.length] : null;
        if (next) next.focus();
        else if (/^[1-9]$/.test(event.key)) buttons[event.key - 1]?.click();
        else return;
        event.preventDefault();
    });
    ask.addEventListener("close", () => {
        const card = document.getElementById(held);
        if (card) focus(card);
    });

    // Drag: only the columns to which the card may go light up, and only they take it.
    const clear = () =>
        board.querySelectorAll(".board-open, .board-shut, .board-over, .board-held").forEach((one) => {
            one.classList.remove("board-open", "board-shut", "board-over", "board-held");
        });
    const target = (event) => event.target.closest?.(".board-open");
    board.addEventListener("dragstart", (event) => {
        const card = cardOf(event.target);
        if (!card) return;
        held = card.id;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", nameOf(card));
        const to = columnOf(card).dataset.to.split(" ");
        card.classList.add("board-held");
        board.querySelectorAll("[data-state]").forEach((column) => {
            const isOpen = to.includes(column.dataset.state) && column !== columnOf(card);
            column.classList.add(isOpen ? "board-open" : "board-shut");
        });
    });
    board.addEventListener("dragover", (event) => {
        const column = target(event);
        board.querySelectorAll(".board-over").forEach((one) => one !== column && one.classList.remove("board-over"));
        if (!column) return;
        event.preventDefault();
        column.classList.add("board-over");
    });
    board.addEventListener("drop", (event) => {
        const column = target(event);
        const card = document.getElementById(held);
        if (!column || !card) return;
        event.preventDefault();
        const button = movesOf(card).querySelector(`[data-to="${column.dataset.state}"]`);
        asked(linkFor(card, button));
    });
    board.addEventListener("dragend", clear);

    // What was done: it is said, and the columns come anew.
    document.addEventListener("act-done", async (event) => {
        const name = nameOf(document.getElementById(held));
        ask.close();
        await htmx.ajax("GET", location.pathname + location.search, { target: board, swap: "innerHTML" });
        said.textContent = `${name}: ${event.detail.said}`;
    });
    document.addEventListener("htmx:afterSettle", (event) => {
        if (event.detail.target !== board) return;
        reveal();
        const card = document.getElementById(held);
        if (card) focus(card);
    });
    const failed = (words) => {
        if (ask.open) ask.close();
        said.textContent = words;
    };
    document.addEventListener("htmx:sendError", () => failed(said.dataset.failed));
    document.addEventListener("htmx:responseError", (event) =>
        failed(event.detail.xhr.status === 403 ? said.dataset.forbidden : said.dataset.failed),
    );
    reveal();
})();
