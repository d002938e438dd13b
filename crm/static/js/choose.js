/* A long select with a search box: select[data-search]. Without script it stays the plain select. */
"use strict";

(function () {
  function attach(select) {
    if (select.tomselect) return;
    const chosen = new window.TomSelect(select, { maxOptions: 300, allowEmptyOption: !select.multiple, plugins: select.multiple ? ["remove_button"] : [] });
    const label = select.parentNode.querySelector("label");
    if (label) select.setAttribute("aria-label", label.textContent);
    const describe = select.getAttribute("aria-describedby");
    if (describe) chosen.control_input.setAttribute("aria-describedby", describe);
    if (select.getAttribute("aria-invalid")) chosen.control_input.setAttribute("aria-invalid", "true");
  }
  const start = (place) => place.querySelectorAll("select[data-search]").forEach(attach);
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
})();
