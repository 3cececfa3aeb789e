// The button that prints a report.
"use strict";

document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
});
// Charts have the width and the colours of the screen, so they are drawn anew for paper, and again for the screen.
let onScreen;
const redraw = (colour) => {
    Chart.defaults.color = colour;
    document.querySelectorAll("canvas.chart").forEach((canvas) => {
        Chart.getChart(canvas)?.resize();
        Chart.getChart(canvas)?.update("none");
    });
};
window.addEventListener("beforeprint", () => {
    onScreen = Chart.defaults.color;
    redraw("#374151");
});
window.addEventListener("afterprint", () => redraw(onScreen));
