// The button that prints a report, and its charts on paper.
"use strict";

document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
});

// Charts have the width and the colours of the screen, so they are drawn anew for paper, and again for the screen.
const kept = [];
const draw = (chart, ink, line) => {
    chart.options.color = ink;
    for (const scale of Object.values(chart.options.scales)) {
        Object.assign(scale.ticks, { color: ink });
        Object.assign(scale.title, { color: ink });
        if (scale.grid.display !== false) Object.assign(scale.grid, { color: line });
    }
    chart.resize();
    chart.update("none");
};

window.addEventListener("beforeprint", () => {
    for (const canvas of document.querySelectorAll("canvas.chart")) {
        const chart = Chart.getChart(canvas);
        if (!chart) continue;
        kept.push([chart, Chart.defaults.color, chart.options.scales.y.grid.color]);
        draw(chart, "#374151", "#d1d5db");
    }
});
window.addEventListener("afterprint", () => kept.splice(0).forEach(([chart, ink, line]) => draw(chart, ink, line)));
