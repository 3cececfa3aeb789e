// The windows of a form as a grid of the week, which is drawn by mouse, by touch or by keys.
// The rows of the form stay the truth: the grid is read from them and writes to them. Without this script the rows are there.
document.querySelectorAll("[data-week]").forEach((section) => {
    const DAY = 24 * 60; // minutes
    const grid = section.querySelector("[data-grid]");
    const place = grid.querySelector("[data-place]");
    const said = grid.querySelector("[data-said]");
    const words = grid.dataset;
    const { days, short, law } = JSON.parse(section.dataset.week);
    const wide = window.matchMedia("(min-width: 1024px)"); // as in week.css: there the hours run to the right, else down
    const minutesOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
    const clock = (at) => `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;

    let open = []; // for each day, for each minute: 1 if contact is permitted
    let ends = new Map(); // the typed end of each window that is in the rows, so that a window not drawn on stays the same
    let step = 30; // minutes of a cell
    let cells = [];
    let at = [0, 18]; // the cell that has the focus: day and place in the day
    let stroke = null; // of the mouse: where it began, what it draws, and the week before it
    let isWriting = false;

    // A window includes its last minute. One that ends at 20:00, 19:59 or 21:29 fills its cells to the edge.
    const edge = (end) => (end % 5 === 4 ? end + 1 : end);

    const partsOf = (row) => ({
        days: [...row.querySelectorAll("input[name$=-days]")],
        start: row.querySelector("input[name$=-start]"),
        end: row.querySelector("input[name$=-end]"),
        gone: row.querySelector("input[name$=-DELETE]"),
    });
    const rowsOf = () => [...section.querySelectorAll("[data-row]")];

    const read = () => {
        open = days.map(() => new Uint8Array(DAY));
        ends = new Map();
        step = 30;
        rowsOf().forEach((row) => {
            const parts = partsOf(row);
            if (parts.gone.checked || !parts.start.value || !parts.end.value) return;
            const start = minutesOf(parts.start.value);
            const end = edge(minutesOf(parts.end.value));
            if (start % 30 || end % 30) step = 15;
            parts.days.filter((day) => day.checked).forEach((day) => {
                open[day.value].fill(1, start, Math.max(start, end));
                ends.set(`${day.value} ${start} ${end}`, parts.end.value.slice(0, 5));
            });
        });
    };

    const runsOf = (day) => {
        const found = [];
        for (let minute = 0; minute < DAY; minute++) {
            if (!open[day][minute]) continue;
            const start = minute;
            while (minute < DAY && open[day][minute]) minute++;
            found.push([start, minute]);
        }
        return found;
    };

    const endOf = (day, start, end) => {
        const typed = ends.get(`${day} ${start} ${end}`);
        if (typed) return typed;
        // The last minute before midnight, or before the law's calls end: that minute itself is too late.
        const isLast = end === DAY || ("law" in words && clock(end) === law[day][1]);
        return clock(isLast ? end - 1 : end);
    };

    const windows = () => {
        const found = new Map();
        days.forEach((_name, day) =>
            runsOf(day).forEach(([start, end]) => {
                const hours = `${clock(start)}-${endOf(day, start, end)}`;
                found.set(hours, [...(found.get(hours) ?? []), day]);
            }),
        );
        return [...found].map(([hours, of]) => ({ start: hours.slice(0, 5), end: hours.slice(6), of }));
    };

    const write = () => {
        const drawn = windows();
        const rows = rowsOf();
        while (rows.length < drawn.length) rows.push(section.addRow());
        rows.forEach((row, n) => {
            const parts = partsOf(row);
            row.hidden = parts.gone.checked = n >= drawn.length;
            if (n >= drawn.length) return;
            parts.start.value = drawn[n].start;
            parts.end.value = drawn[n].end;
            parts.days.forEach((day) => (day.checked = drawn[n].of.includes(Number(day.value))));
        });
        isWriting = true;
        section.dispatchEvent(new Event("change", { bubbles: true }));
        isWriting = false;
        read();
        show();
    };

    const stateOf = (day, n) => {
        const minutes = open[day].subarray(n * step, (n + 1) * step);
        const count = minutes.reduce((sum, minute) => sum + minute, 0);
        return count === 0 ? "closed" : count === minutes.length ? "open" : "partly";
    };
    // The law's calling hours matter only where calls are made.
    const calls = document.querySelector("input[name=channels][value=CALL]");
    const areCallsOff = () => "law" in words && calls !== null && !calls.checked;
    const isUnlawful = (day, n) =>
        "law" in words && !areCallsOff() && (n * step < minutesOf(law[day][0]) || (n + 1) * step > minutesOf(law[day][1]));

    const element = (role, day, n, text, span = 1) => {
        const made = document.createElement("div");
        made.setAttribute("role", role);
        made.className = `week-${role}`;
        made.textContent = text;
        made.style.setProperty("--d", day + 2);
        made.style.setProperty("--t", n + 2);
        made.style.setProperty("--span", span);
        return made;
    };
    const rowWith = (...children) => {
        const made = document.createElement("div");
        made.setAttribute("role", "row");
        made.className = "week-row";
        made.append(...children);
        return made;
    };

    const build = () => {
        const count = DAY / step;
        const table = document.createElement("div");
        table.setAttribute("role", "grid");
        table.setAttribute("aria-label", words.label);
        table.setAttribute("aria-multiselectable", "true");
        table.setAttribute("aria-describedby", place.getAttribute("aria-describedby"));
        table.className = "week-grid";
        table.style.setProperty("--cells", count);
        const hours = Array.from({ length: 24 }, (_none, hour) => {
            const made = element("columnheader", -1, (hour * 60) / step, String(hour), 60 / step);
            made.setAttribute("aria-colspan", 60 / step);
            made.setAttribute("aria-label", clock(hour * 60));
            return made;
        });
        const corner = element("columnheader", -1, -1, "");
        corner.setAttribute("aria-label", words.label);
        cells = days.map((_name, day) =>
            Array.from({ length: count }, (_none, n) => {
                const cell = element("gridcell", day, n, "");
                cell.dataset.day = day;
                cell.dataset.n = n;
                if (n % (60 / step) === 0) cell.classList.add("week-hour");
                return cell;
            }),
        );
        const lines = days.map((name, day) => {
            const header = element("rowheader", day, -1, short[day]);
            header.setAttribute("aria-label", name);
            return rowWith(header, ...cells[day]);
        });
        table.append(rowWith(corner, ...hours), ...lines);
        place.replaceChildren(table);
        at[1] = Math.min(at[1], count - 1);
    };

    const show = () => {
        if (cells.length === 0 || cells[0].length !== DAY / step) build();
        cells.forEach((line, day) =>
            line.forEach((cell, n) => {
                const state = stateOf(day, n);
                const unlawful = isUnlawful(day, n);
                cell.classList.toggle("week-open", state === "open");
                cell.classList.toggle("week-partly", state === "partly");
                cell.classList.toggle("week-unlawful", unlawful);
                cell.setAttribute("aria-selected", state !== "closed");
                const hours = `${clock(n * step)}-${clock((n + 1) * step)}`;
                cell.setAttribute("aria-label", `${days[day]} ${hours}: ${words[state]}${unlawful ? `, ${words.unlawful}` : ""}`);
                cell.tabIndex = day === at[0] && n === at[1] ? 0 : -1;
            }),
        );
        grid.classList.toggle("week-calls-off", areCallsOff());
        const text = windows().map(({ start, end, of }) => `${of.map((day) => short[day]).join(", ")} ${start}-${end}`);
        said.textContent = text.join("; ") || words.never;
    };

    const fill = (day, n, value) => open[day].fill(value, n * step, (n + 1) * step);
    const go = (day, n) => {
        at = [Math.min(Math.max(day, 0), days.length - 1), Math.min(Math.max(n, 0), DAY / step - 1)];
    };
    const focus = () => cells[at[0]][at[1]].focus();
    const placeOf = (target) => {
        const cell = target?.closest?.("[role=gridcell]");
        return cell && place.contains(cell) ? [Number(cell.dataset.day), Number(cell.dataset.n)] : null;
    };

    place.addEventListener("keydown", (event) => {
        const here = placeOf(event.target);
        if (!here || event.ctrlKey || event.altKey || event.metaKey) return;
        const [day, n] = here;
        const along = wide.matches ? { ArrowRight: 1, ArrowLeft: -1 } : { ArrowDown: 1, ArrowUp: -1 };
        const across = wide.matches ? { ArrowDown: 1, ArrowUp: -1 } : { ArrowRight: 1, ArrowLeft: -1 };
        const value = Number(stateOf(day, n) === "open");
        if (event.key === " " || event.key === "Enter") {
            at = here;
            fill(day, n, 1 - value);
            write();
        } else if (event.key in along || event.key in across) {
            go(day + (across[event.key] ?? 0), n + (along[event.key] ?? 0));
            if (event.shiftKey) {
                fill(...at, value);
                write();
            } else show();
        } else if (event.key === "Home" || event.key === "End") {
            go(day, event.key === "Home" ? 0 : DAY / step - 1);
            show();
        } else return;
        event.preventDefault();
        focus();
    });

    place.addEventListener("pointerdown", (event) => {
        const here = placeOf(event.target);
        if (!here || event.pointerType !== "mouse" || event.button !== 0) return;
        event.preventDefault();
        stroke = { from: here, value: Number(stateOf(...here) !== "open"), before: open.map((day) => day.slice()) };
        at = here;
        fill(...here, stroke.value);
        show();
        focus();
    });
    document.addEventListener("pointermove", (event) => {
        const to = stroke && placeOf(document.elementFromPoint(event.clientX, event.clientY));
        if (!to) return;
        open = stroke.before.map((day) => day.slice());
        const [[day, n], [otherDay, otherN]] = [stroke.from, to];
        for (let d = Math.min(day, otherDay); d <= Math.max(day, otherDay); d++)
            for (let m = Math.min(n, otherN); m <= Math.max(n, otherN); m++) fill(d, m, stroke.value);
        at = to;
        show();
    });
    document.addEventListener("pointerup", () => {
        if (!stroke) return;
        stroke = null;
        write();
        focus();
    });
    // A tap, or a click of assistive technology. A drag by touch scrolls the page.
    place.addEventListener("click", (event) => {
        const here = placeOf(event.target);
        if (!here || event.pointerType === "mouse") return;
        at = here;
        fill(...here, Number(stateOf(...here) !== "open"));
        write();
    });

    const reread = () => {
        if (isWriting || section.hidden) return;
        read();
        show();
    };
    section.addEventListener("change", reread);
    section.addEventListener("click", (event) => event.target.closest("[data-remove]") && section.dispatchEvent(new Event("change", { bubbles: true })));
    // A channel's section appears when the channel gets windows of its own.
    document.querySelectorAll("input[name=own_windows]").forEach((tick) => tick.addEventListener("change", reread));
    calls?.addEventListener("change", reread);
    grid.hidden = false;
    reread();
});
