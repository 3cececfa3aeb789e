// The what-if of an offer policy: a slider and its number move together, and with the field of the form that they stand for.
"use strict";

for (const place of document.querySelectorAll("[data-slider]")) {
    const [range, number] = place.querySelectorAll("input");
    const field = number.dataset.linked ? document.getElementById(number.dataset.linked) : null;
    range.addEventListener("input", () => {
        number.value = range.value;
        if (field) field.value = range.value;
    });
    number.addEventListener("input", () => {
        range.value = number.value;
        if (field) field.value = number.value;
    });
    const follow = () => (range.value = number.value = field.value);
    field?.addEventListener("input", follow);
    if (field) follow();  // a form that was refused comes back with what was typed
}
