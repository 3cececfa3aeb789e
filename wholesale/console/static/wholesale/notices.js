// The bell: while somebody looks at the page, it asks once a minute how many notices are unread, and says what is new.
"use strict";

(() => {
    const EVERY = 60_000; // milliseconds
    const bell = document.getElementById("bell");
    if (!bell) return;
    const number = bell.querySelector(".bell-number");
    const news = document.getElementById("bell_news");
    let asked = Date.now();

    const show = (now) => {
        if (now.unread > Number(bell.dataset.unread)) news.textContent = now.label;
        bell.dataset.unread = now.unread;
        bell.setAttribute("aria-label", now.label);
        bell.title = now.label;
        number.textContent = now.number;
        number.hidden = !now.unread;
    };

    const ask = async () => {
        if (document.hidden || Date.now() - asked < EVERY) return;
        asked = Date.now();
        try {
            const answer = await fetch(bell.dataset.ask, { headers: { Accept: "application/json" }, redirect: "error" });
            if (answer.ok) show(await answer.json());
        } catch {
            // signed out, or no network: the next page says so
        }
    };

    setInterval(ask, EVERY / 4);
    document.addEventListener("visibilitychange", ask);
})();
