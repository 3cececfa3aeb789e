// The texts and lines of charts take the colours of the theme, also when it changes. Unfold draws the charts afterwards.
"use strict";

(() => {
  if (typeof Chart === "undefined") return;

  const paint = () => {
    const style = getComputedStyle(document.documentElement);
    const dark = document.documentElement.classList.contains("dark");
    Chart.defaults.color = style.getPropertyValue(dark ? "--color-base-300" : "--color-base-700").trim();
    for (const canvas of document.querySelectorAll("canvas.chart")) {
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", canvas.closest("figure")?.getAttribute("aria-label") ?? "");
      Chart.getChart(canvas)?.update();
    }
  };

  document.addEventListener("DOMContentLoaded", paint);
  document.addEventListener("charts:drawn", paint);
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["class"] });
})();
