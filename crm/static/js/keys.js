/* One key, one button: inside [data-keys] a key presses the visible element that names it in data-key.
   Letters typed into a field stay letters. While an answer is on its way keys wait: it changes what they mean.
   After an answer the heading of what comes next has the focus. */
"use strict";

(function () {
  const typing = (one) => one.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true]");
  const regionOf = (one) => (one && one.closest ? one.closest("[data-keys]") : null);
  let busy = false;
  let waiting = [];

  function press(key) {
    const found = Array.from(document.querySelectorAll("[data-keys] [data-key]")).find((one) => one.dataset.key === key && one.offsetParent !== null && !one.disabled);
    if (found) found.click();
    return Boolean(found);
  }
  function goOn() {
    busy = false;
    while (waiting.length && !busy) press(waiting.shift());
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !document.querySelector("[data-keys]")) return;
    if (document.querySelector("dialog[open]") || typing(event.target)) {
      if (event.key === "Escape" && typing(event.target) && regionOf(event.target)) event.target.blur();
      return;
    }
    const key = event.key.toLowerCase();
    if (busy) {
      if (key.length === 1 && !event.repeat) waiting.push(key);
      return;
    }
    if (press(key)) event.preventDefault();
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target && event.detail.target.hasAttribute("data-keys")) busy = true;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const region = regionOf(event.target);
    if (!region || event.target !== region) return;
    const next = region.querySelector("[data-focus]");
    if (next) {
      next.focus({ preventScroll: true });
      window.scrollTo({ top: 0 });
    }
    goOn();
  });
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, () => {
      waiting = [];
      busy = false;
    });
  }
})();
