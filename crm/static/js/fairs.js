/* The plan of a fair: a firm let go over a team and a slot is sent there by the same form that the keyboard uses. */
"use strict";

(function () {
  let held = null;
  const over = (target) => (target.closest ? target.closest("[data-team]") : null);

  document.addEventListener("dragstart", (event) => {
    held = event.target.closest ? event.target.closest(".stop[data-place]") : null;
    if (!held) return;
    held.classList.add("lift");
    event.dataTransfer.effectAllowed = "move";
  });

  document.addEventListener("dragover", (event) => {
    const place = over(event.target);
    if (!held || !place || place.contains(held)) return;
    event.preventDefault();
    for (const one of document.querySelectorAll(".aim")) if (one !== place) one.classList.remove("aim");
    place.classList.add("aim");
  });

  document.addEventListener("drop", (event) => {
    const place = over(event.target);
    const form = document.getElementById("placing");
    if (!held || !place || !form || place.contains(held)) return;
    event.preventDefault();
    form.action = held.dataset.place;
    form.elements.team.value = place.dataset.team;
    form.elements.day.value = place.dataset.day || "";
    form.elements.at.value = place.dataset.at || "";
    form.elements.version.value = held.dataset.version;
    form.requestSubmit();
  });

  document.addEventListener("dragend", () => {
    if (held) held.classList.remove("lift");
    for (const one of document.querySelectorAll(".aim")) one.classList.remove("aim");
    held = null;
  });
})();
