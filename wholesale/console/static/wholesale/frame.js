// What the theme leaves out for screen readers, on every page.
"use strict";

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

  addEventListener("load", announce);
  addEventListener("load", name);
  document.addEventListener("formset:added", () => setTimeout(name));
})();
