// What every page needs: htmx as we use it, and what the theme leaves out for screen readers.
"use strict";

// What htmx puts into the page it takes at once, not a moment later: a form sent in that moment would leave the page.
htmx.config.defaultSettleDelay = 0;

(() => {
  // A reader says what is put into a live region after the page has loaded, so what the server answered is put in anew.
  const announce = () => {
    const said = document.querySelector("[data-said]");
    if (said) setTimeout(() => said.replaceChildren(...said.childNodes), 100);
  };

  // The field in which one types to choose among many has the name of the choice.
  const name = () => {
    for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
      const field = select.nextElementSibling?.querySelector(".select2-search__field");
      if (field && select.labels?.length) field.setAttribute("aria-label", select.labels[0].textContent.trim());
    }
  };

  // The mark beside a list to choose from has a text, and is therefore a picture.
  const mark = () => document.querySelectorAll(".help-tooltip[aria-label]").forEach((one) => one.setAttribute("role", "img"));

  addEventListener("load", () => setTimeout(() => [announce, name, mark].forEach((act) => act())));
  document.addEventListener("formset:added", () => setTimeout(name));
})();
