/* The board: a card let go over another column opens the project's gate. It never moves by itself. */
"use strict";

let held = null;

document.addEventListener("dragstart", (event) => {
  held = event.target.closest ? event.target.closest(".kcard[data-gate]") : null;
  if (!held) return;
  held.classList.add("lift");
  event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  const lane = event.target.closest("[data-lane]");
  if (held && lane && !lane.contains(held)) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const lane = event.target.closest("[data-lane]");
  if (!held || !lane || lane.contains(held)) return;
  event.preventDefault();
  const way = held.querySelector('[data-to="' + lane.dataset.lane + '"]');
  window.location.assign(way ? way.href : held.dataset.gate);
});

document.addEventListener("dragend", () => {
  if (held) held.classList.remove("lift");
  held = null;
});
