// Rows of a form, such as a policy's windows or a ladder's steps: buttons add and remove them.
// They replace what a browser without JavaScript uses: spare rows to add, and check boxes to remove.
document.querySelectorAll("[data-rows-of]").forEach((section) => {
    const rows = section.querySelector("[data-rows]");
    const total = document.getElementById(`id_${section.dataset.rowsOf}-TOTAL_FORMS`);
    const add = section.querySelector("[data-add]");
    const template = section.querySelector("template").innerHTML;
    const withButton = (row) => {
        const tick = row.querySelector("input[name$=-DELETE]");
        const button = row.querySelector("[data-remove]");
        tick.closest("label").hidden = true;
        button.hidden = false;
        button.addEventListener("click", () => {
            tick.checked = true;
            row.hidden = true;
        });
        if (tick.checked) row.hidden = true;
    };
    // Other scripts of the form add rows by it too.
    section.addRow = () => {
        rows.insertAdjacentHTML("beforeend", template.replaceAll("__prefix__", total.value));
        total.value = Number(total.value) + 1;
        withButton(rows.lastElementChild);
        return rows.lastElementChild;
    };
    add.addEventListener("click", () => section.addRow().querySelector("input:not([type=hidden])").focus());
    add.hidden = false;
    rows.querySelectorAll("[data-row]").forEach(withButton);
    rows.querySelectorAll("[data-spare]").forEach((row) => (row.hidden = true));
    if (section.dataset.channel) {
        const own = document.querySelector(`input[name=own_windows][value=${section.dataset.channel}]`);
        const show = () => (section.hidden = !own.checked);
        own.addEventListener("change", show);
        show();
    }
});
