// The map of Canada: the arrow keys go to the nearest tile in their direction.
"use strict";

(() => {
  const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  document.addEventListener("keydown", (event) => {
    const direction = DIRECTIONS[event.key];
    const from = event.target.closest?.(".today-map .tile");
    if (!direction || !from) return;
    event.preventDefault();
    const [dx, dy] = direction;
    const ranked = [...from.parentNode.querySelectorAll(".tile")]
      .map((tile) => {
        const x = tile.dataset.column - from.dataset.column;
        const y = tile.dataset.row - from.dataset.row;
        return { tile, along: x * dx + y * dy, across: Math.abs(x * dy) + Math.abs(y * dx) };
      })
      .filter(({ along }) => along > 0)
      .sort((one, other) => one.along + 2 * one.across - other.along - 2 * other.across);
    ranked[0]?.tile.focus();
  });
})();

// The parts that come after the page: their charts are drawn, and a part that failed is asked for again at a press.
(() => {
  // Unfold draws the charts of a page once, when all is loaded. It draws a canvas twice if it is told to twice.
  const draw = () => {
    if (document.readyState !== "complete" || typeof Chart === "undefined") return;
    const drawn = [...document.querySelectorAll("canvas.chart")].filter((canvas) => Chart.getChart(canvas));
    drawn.forEach((canvas) => canvas.classList.remove("chart"));
    renderCharts();
    drawn.forEach((canvas) => canvas.classList.add("chart"));
    document.dispatchEvent(new Event("charts:drawn"));
  };

  let again = false;

  const show = (place, failed) => {
    place.setAttribute("aria-busy", String(!failed));
    place.querySelectorAll("[data-waits]").forEach((one) => (one.hidden = failed));
    // One sentence and one button are enough for a part of several charts.
    [...place.querySelectorAll("[data-failed]")].forEach((one, n) => (one.hidden = !failed || n > 0));
    const words = place.querySelector("[data-failed] p").textContent;
    document.querySelectorAll(`[id^="tile_${place.dataset.part}_"]`).forEach((tile) => {
      tile.setAttribute("aria-busy", String(!failed));
      const line = tile.querySelector(".text-xs");
      line.dataset.words ??= line.textContent;
      line.textContent = failed ? words : line.dataset.words;
    });
  };

  const failed = (event) => {
    const place = event.target.closest?.(".today-place");
    if (place) show(place, true);
  };

  for (const fault of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(fault, failed);
  document.addEventListener("click", (event) => {
    const place = event.target.closest?.("[data-again]")?.closest(".today-place");
    if (!place) return;
    again = true;
    show(place, false);
    htmx.trigger(place, "again");
  });
  document.addEventListener("htmx:load", (event) => {
    if (!event.target.querySelector?.("canvas.chart")) return;
    draw();
    // The button that was pressed is gone.
    if (again && document.activeElement === document.body) event.target.querySelector("summary")?.focus({ preventScroll: true });
    again = false;
  });
})();
