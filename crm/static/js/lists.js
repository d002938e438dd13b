/* Lists: Esc leaves a cell that is being changed as it was; Enter sends it, as in every form. */
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  const form = event.target.closest(".cell-form");
  if (form) form.querySelector("[data-cancel]").click();
});
