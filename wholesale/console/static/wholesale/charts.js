// The texts, lines and series of charts take the colours of the theme, also when it changes, and those of paper in a print.
// Unfold draws the charts afterwards.
"use strict";

(() => {
  if (typeof Chart === "undefined") return;

  const paint = (onPaper) => {
    const style = getComputedStyle(document.documentElement);
    const dark = document.documentElement.classList.contains("dark");
    const colour = (name) => style.getPropertyValue(name).trim();
    Chart.defaults.color = colour(dark ? "--color-base-300" : "--color-base-700");
    for (const canvas of document.querySelectorAll("canvas.chart")) {
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", canvas.closest("figure")?.getAttribute("aria-label") ?? "");
      const chart = Chart.getChart(canvas);
      if (!chart) continue;
      JSON.parse(canvas.dataset.value).datasets.forEach((written, n) => {
        for (const part of ["backgroundColor", "borderColor"]) {
          const name = written[part]?.match(/^var\((.+)\)$/)?.[1];
          if (name) chart.data.datasets[n][part] = colour(onPaper ? name.replace("--chart-", "--paper-") : name);
        }
      });
      chart.update();
    }
  };
  const onScreen = () => paint(false);

  document.addEventListener("DOMContentLoaded", onScreen);
  document.addEventListener("charts:drawn", onScreen);
  window.addEventListener("beforeprint", () => paint(true));
  window.addEventListener("afterprint", onScreen);
  new MutationObserver(onScreen).observe(document.documentElement, { attributeFilter: ["class"] });
})();
