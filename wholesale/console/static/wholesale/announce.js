// A screen reader says what is put into a live region after the page has loaded, so what the server answered is put in anew.
(() => {
    const said = document.querySelector("[data-said]");
    if (said) setTimeout(() => said.replaceChildren(...said.childNodes), 100);
})();
