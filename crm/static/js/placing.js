/* The desk of placing by keyboard: digits tick, Enter confirms, N none, S aside, U takes the last step back. */
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
  if (typing) return;
  const desk = document.getElementById("placing");
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "u") {
    const back = document.getElementById("take-back");
    if (back) back.click();
    return;
  }
  if (!desk || (key === "Enter" && event.target.closest("a, button"))) return;
  const found = desk.querySelector('[data-key="' + CSS.escape(key) + '"]');
  if (!found) return;
  event.preventDefault();
  found.click();
});
