// "Tick all of these, or none" above the boxes of a group. Without this script each box is ticked by itself.
document.querySelectorAll("[data-tick-all]").forEach((button) => {
    const boxes = [...button.parentElement.querySelectorAll("input[type=checkbox]")];
    button.hidden = false;
    button.addEventListener("click", () => {
        const tick = boxes.some((box) => !box.checked);
        boxes.forEach((box) => { box.checked = tick; });
    });
});
