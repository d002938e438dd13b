/* Lists: Esc leaves a cell that is being changed as it was; Enter sends it, as in every form. Filters that are empty stay out of the address. */
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  const form = event.target.closest(".cell-form");
  if (form) form.querySelector("[data-cancel]").click();
});

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches("form.filters")) return;
  const sent = event.detail.formData;
  for (const name of new Set(sent.keys())) if (sent.getAll(name).every((value) => value === "")) sent.delete(name);
});
