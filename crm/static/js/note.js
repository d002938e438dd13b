/* 记一笔: one tap sets the next date. data-days counts from the server's day. */
"use strict";

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-days]");
  if (!chip) return;
  const form = chip.closest("form");
  const field = form && form.elements[chip.dataset.for];
  if (!field) return;
  const day = new Date((document.body.dataset.today || new Date().toISOString().slice(0, 10)) + "T00:00:00Z");
  day.setUTCDate(day.getUTCDate() + Number(chip.dataset.days));
  field.value = day.toISOString().slice(0, 10);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  for (const one of form.querySelectorAll("[data-days]")) one.setAttribute("aria-pressed", String(one === chip));
});
