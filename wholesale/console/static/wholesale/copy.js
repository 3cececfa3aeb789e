// A button that copies the text of a field. Browsers allow it only over HTTPS, and on this machine.
document.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
        document.querySelector("[data-copied]").textContent = button.dataset.done;
    });
});
