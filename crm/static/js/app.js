/* The page itself: htmx manners, the double-submit guard, drawer, keys, small attributes. */
"use strict";

(function () {
  const { say, toast } = window.crm;

  /* htmx: our token on every request, a sentence for every failure. */
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = window.crm.token();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    if (answer.status === 401) return toast(say("draft.signed_out"), "warn", { href: window.crm.signInAddress(), text: say("draft.sign_in") });
    if (answer.status === 419) {
      window.crm.renewToken();
      return toast(say("error.expired"), "warn");
    }
    const plain = (answer.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    return toast(plain && answer.responseText ? answer.responseText : say("error.server"), "bad");
  });
  document.addEventListener("htmx:sendError", () => toast(say("error.network"), "bad"));
  document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.detail.target));
  document.addEventListener("say", (event) => toast(event.detail.text, event.detail.kind || "ok"));

  /* A form is sent once. The button's name still travels: it is switched off only after the data were taken. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || (form.getAttribute("method") || "").toLowerCase() !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    const button = event.submitter || form.querySelector("button:not([type=button])");
    setTimeout(() => {
      if (!button) return;
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
    }, 0);
    setTimeout(() => release(form), form.hasAttribute("data-download") ? 3000 : 15000);
  });
  function release(form) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('[aria-busy="true"]')) {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest ? event.target.closest("form") : null;
    if (form) release(form);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  /* The list of errors takes the focus, so that it is read first. */
  function focusErrors(place) {
    const list = place && place.querySelector ? place.querySelector(".errsum") : null;
    if (list) list.focus();
  }
  focusErrors(document);
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".errsum a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const inner = field.matches("fieldset") ? field.querySelector("input:checked") || field.querySelector("input") : field;
    if (field.tomselect) field.tomselect.focus();
    else (inner || field).focus();
    field.scrollIntoView({ block: "center" });
  });

  /* The drawer of the phone. Without script the link to #side opens it by :target. */
  const side = document.getElementById("side");
  let opener = null;
  function drawer(open) {
    side.classList.toggle("open", open);
    document.body.classList.toggle("has-drawer", open);
    if (open) side.querySelector("nav a").focus();
    else if (opener) opener.focus();
  }
  document.addEventListener("click", (event) => {
    if (!side) return;
    const button = event.target.closest("[data-drawer]");
    if (button) {
      event.preventDefault();
      if (button.dataset.drawer === "open") opener = button;
      drawer(button.dataset.drawer === "open");
    } else if (side.classList.contains("open") && !side.contains(event.target)) drawer(false);
  });

  /* Groups of the menu stay as the person left them; the group of this page is always open. */
  for (const fold of document.querySelectorAll("details[data-fold]")) {
    const kept = (() => {
      try {
        return localStorage.getItem(fold.dataset.fold);
      } catch {
        return null; // a browser that keeps nothing
      }
    })();
    if (kept && !fold.querySelector("[aria-current]")) fold.open = kept === "open";
    fold.querySelector("summary").addEventListener("click", () => {
      try {
        localStorage.setItem(fold.dataset.fold, fold.open ? "shut" : "open");
      } catch {
        /* as above */
      }
    });
  }

  /* Who comes to a form that is folded away (…#submit-signed) finds it open. */
  function unfold() {
    const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = place && place.id.startsWith("submit-") && (place.closest(".card") || place).querySelector("details");
    if (folded) folded.open = true;
  }
  unfold();
  window.addEventListener("hashchange", unfold);

  /* Who comes to a row of a panel that loads later (…#signal-x) is led to it, until they move the page themselves. */
  const goal = location.hash.length > 1 ? decodeURIComponent(location.hash.slice(1)) : "";
  let moved = !goal || Boolean(document.getElementById(goal));
  for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) window.addEventListener(kind, () => (moved = true), { passive: true });
  document.addEventListener("htmx:afterSettle", () => {
    const row = !moved && document.getElementById(goal);
    if (!row) return;
    row.classList.add("on");
    row.scrollIntoView({ block: "center" });
  });

  /* Small attributes. */
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-print]")) window.print();
    if (at("[data-back]") && history.length > 1) {
      event.preventDefault();
      history.back();
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const all = at("input[data-check-all]");
    if (all) for (const one of all.closest("table").querySelectorAll("tbody .check input")) one.checked = all.checked;
  });

  /* What is done with ticked rows waits out of sight until one is ticked. */
  function ticked() {
    for (const bar of document.querySelectorAll(".bulk.ticked")) bar.hidden = !bar.closest("form").querySelector("tbody input:checked");
  }
  ticked();
  document.addEventListener("change", ticked);
  document.addEventListener("htmx:afterSettle", ticked);

  /* Keys: Alt+letter for what carries data-key, / for the search box, Ctrl Enter sends, Esc shuts. */
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const typing = event.target.matches("input, textarea, select, [contenteditable]");
    if (event.altKey && !event.ctrlKey && /^[a-z]$/i.test(event.key)) {
      const target = document.querySelector('[data-key="alt+' + event.key.toLowerCase() + '"]');
      if (target) {
        event.preventDefault();
        target.click();
      }
    } else if (event.key === "/" && !typing && document.getElementById("top-q")) {
      event.preventDefault();
      document.getElementById("top-q").focus();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
    } else if (event.key === "Escape") {
      if (side && side.classList.contains("open")) drawer(false);
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });
})();
