// The preview of a ladder below its form. A browser without JavaScript opens it as a page.
document.querySelectorAll("[data-preview]").forEach((preview) => {
    preview.addEventListener("click", async (event) => {
        event.preventDefault();
        const answer = await fetch(preview.formAction, { method: "POST", body: new FormData(preview.form) });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const shown = preview.closest("fieldset").querySelector("[data-previewed]");
        shown.replaceChildren(page.querySelector("[data-preview-page]") ?? shown.dataset.failed);
    });
});
