/* One key, one button: inside [data-keys] a key presses the visible element that names it in data-key.
   Letters typed into a field stay letters. After an answer the heading of what comes next has the focus. */
"use strict";

(function () {
  const typing = (one) => one.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true]");

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]") || typing(event.target)) {
      if (event.key === "Escape" && typing(event.target) && event.target.closest("[data-keys]")) event.target.blur();
      return;
    }
    const key = event.key.toLowerCase();
    const found = Array.from(document.querySelectorAll("[data-keys] [data-key]")).find((one) => one.dataset.key === key && one.offsetParent !== null && !one.disabled);
    if (!found) return;
    event.preventDefault();
    found.click();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const region = event.target.closest ? event.target.closest("[data-keys]") : null;
    const next = region && event.target === region && region.querySelector("[data-focus]");
    if (next) {
      next.focus({ preventScroll: true });
      window.scrollTo({ top: 0 });
    }
  });
})();
