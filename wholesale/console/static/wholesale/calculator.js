// The calculator: sliders that follow their numbers, the chart that follows the result, and Enter in a field for a reason.
"use strict";

(() => {
  const form = document.getElementById("calc");
  const result = document.getElementById("calc_result");
  const sliders = [...form.querySelectorAll("[data-slides]")];
  const drawn = () => document.getElementById("calc_drawn").dataset;

  const colour = (text) => {
    const name = text.match(/^var\((.*)\)$/)?.[1];
    return name ? getComputedStyle(document.documentElement).getPropertyValue(name).trim() : text;
  };

  // Each point has its place by every axis.
  const draw = () => {
    const axis = document.getElementById("calc_axis");
    const chart = Chart.getChart(form.querySelector("canvas"));
    if (!chart) return;
    const data = JSON.parse(drawn().chart);
    for (const cloud of data.datasets) {
      cloud.backgroundColor = colour(cloud.backgroundColor);
      cloud.borderColor = colour(cloud.borderColor);
      const there = cloud.data.map((point) => point.at[axis.value] ?? null);
      cloud.pointRadius = cloud.pointRadius.filter((_radius, n) => there[n] !== null);
      cloud.data = cloud.data.map((point, n) => ({ ...point, x: there[n] })).filter((point) => point.x !== null);
    }
    document.getElementById("calc_chart").hidden = data.datasets.every((one) => one.data.length === 0);
    chart.data = data;
    chart.options.scales.x.title.text = axis.selectedOptions[0].text;
    chart.options.plugins.tooltip = { callbacks: { label: (item) => item.raw.label, title: () => "" } };
    chart.update();
  };

  const slide = () => {
    const ends = JSON.parse(drawn().ends);
    for (const slider of sliders) {
      const number = document.getElementById(slider.dataset.slides);
      const { end, now } = ends[slider.dataset.end];
      slider.max = Math.max(end, number.value || 0);
      slider.value = number.value || now;
      slider.hidden = false;
    }
  };

  form.addEventListener("input", (event) => {
    const { slides } = event.target.dataset;
    if (slides) document.getElementById(slides).value = event.target.value;
    const slider = sliders.find((one) => one.dataset.slides === event.target.id);
    if (slider) slider.value = event.target.value;
  });

  // Enter presses the button of its own field, not the first of the form.
  form.addEventListener("keydown", (event) => {
    const button = event.key === "Enter" && event.target.dataset.enter;
    if (!button) return;
    event.preventDefault();
    document.getElementById(button).click();
  });

  // What is opened has the cursor at once: the browser tells of it a moment later, and the keys of that moment would go astray.
  form.addEventListener("click", (event) => {
    const opened = event.target.closest("summary")?.parentElement;
    if (!opened) return;
    event.preventDefault();
    opened.open = !opened.open;
    if (opened.open) opened.querySelector("input")?.focus();
  });

  // The button of a request that waited for another is gone by the time it leaves.
  form.addEventListener("htmx:configRequest", ({ detail }) => {
    const button = detail.triggeringEvent?.submitter;
    if (button) detail.parameters[button.name] = button.value;
  });

  // An answer that comes while somebody types a reason leaves the reason, and the cursor in it.
  let reasons = [];
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== result) return;
    reasons = [...result.querySelectorAll("table details[open] input")].map((field) => ({
      name: field.name, value: field.value, isHere: field === document.activeElement, at: field.selectionStart,
    }));
  });

  const putBackReasons = () => {
    for (const { name, value, isHere, at } of reasons) {
      const field = [...result.querySelectorAll("table details input")].find((one) => one.name === name);
      if (!field) continue;
      for (let shut = field.closest("details"); shut; shut = shut.parentElement.closest("details")) shut.open = true;
      field.value = value;
      if (!isHere) continue;
      field.focus();
      field.setSelectionRange(at, at);
    }
  };

  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== result) return;
    slide();
    draw();
    putBackReasons();
    if (drawn().done === "typed") form.querySelectorAll("[name^=typed_]").forEach((field) => (field.value = ""));
    // The button that was pressed is gone.
    if (document.activeElement === document.body) document.getElementById("calc_comps_title").focus({ preventScroll: true });
  });

  form.addEventListener("change", (event) => event.target.id === "calc_axis" && draw());
  form.querySelector(".calc-again").classList.add("record-hidden");
  slide();
  window.addEventListener("load", draw);
})();
