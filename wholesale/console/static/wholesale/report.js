// The button that prints a report.
"use strict";

document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
});
// Charts have the width of the screen, so they are drawn anew for paper, and again for the screen.
const redraw = () => document.querySelectorAll("canvas.chart").forEach((canvas) => Chart.getChart(canvas)?.resize());
window.addEventListener("beforeprint", redraw);
window.addEventListener("afterprint", redraw);
