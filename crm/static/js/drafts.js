/* Drafts of a card: taken over one by one, by a click or by ↓ in the field; nothing is filled by itself. */
"use strict";

(function () {
  function fieldFor(name) {
    return document.querySelector('#card-form [data-fills="' + name + '"]');
  }
  function take(button) {
    const field = fieldFor(button.dataset.take);
    if (!field) return;
    field.value = button.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    button.setAttribute("aria-pressed", "true");
    field.focus();
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-take]");
    if (!button) return;
    event.preventDefault();
    take(button);
  });
  document.addEventListener("keydown", function (event) {
    const name = event.key === "ArrowDown" && !event.isComposing && event.target.dataset ? event.target.dataset.fills : "";
    const button = name ? document.querySelector('[data-take="' + name + '"]') : null;
    if (!button) return;
    event.preventDefault();
    take(button);
  });
})();
