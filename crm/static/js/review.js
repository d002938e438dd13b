/* The review grid: rows beside their candidates, settled by keys or by buttons; each decision is shown at once and saved behind. */
"use strict";

(function () {
  const root = document.querySelector("[data-review]");
  if (!root) return;
  const { say, make, toast } = window.crm;
  const list = root.querySelector(".rv");
  const live = document.getElementById("rv-live");
  const saver = window.crm.saver(root.dataset.decideUrl, { saved, refused });
  const FIELDS = "input:not([type=hidden]), textarea, select";
  const done = []; // what was decided here, for U
  let current = null;
  let loading = null; // the rows on their way, if any
  let turn = null; // what a key has begun and not ended; the next keys wait for it in their order

  const rows = () => Array.from(list.querySelectorAll(".rv-row"));
  const rowOf = (place) => place.closest(".rv-row");
  const open = (row) => !row.dataset.decision;
  const tell = (text) => { live.textContent = text; };
  const nameOf = (row) => row.querySelector(".rv-name").textContent.trim();
  const candidates = (row) => Array.from(row.querySelectorAll("[data-candidate]"));

  /* Where one is. The row takes the focus only when one comes by key, so that a pointer never jumps. */
  function go(row, focus) {
    if (!row) return;
    if (current && current !== row) {
      current.classList.remove("on");
      current.tabIndex = -1;
    }
    current = row;
    row.classList.add("on");
    row.tabIndex = 0;
    if (focus) {
      row.focus({ preventScroll: true });
      const box = row.getBoundingClientRect();
      if (box.top < 150 || box.bottom > window.innerHeight - 110) row.scrollIntoView({ block: "center" });
    }
    const all = rows();
    if (all.indexOf(row) > all.length - 16) more();
  }

  function step(by) {
    const all = rows();
    const at = all.indexOf(current);
    if (by > 0 && at === all.length - 1) return more().then((came) => { if (came) step(by); });
    return go(all[Math.max(0, Math.min(all.length - 1, at + by))], true);
  }

  /* The next row that nobody has settled; the one after when all are. */
  async function onward() {
    const all = rows();
    const at = all.indexOf(current);
    const next = all.slice(at + 1).find(open);
    if (next) return go(next, true);
    if (await more()) return onward();
    const earlier = all.find(open);
    if (earlier) return go(earlier, true);
    go(all[at + 1] || current, true);
    return tell(say("review.all_done"));
  }

  function paint(row, decision, target) {
    row.dataset.decision = decision;
    row.dataset.target = target;
    row.classList.remove("failed");
    const why = row.querySelector(".rv-failed");
    if (why) why.remove();
    for (const button of row.querySelectorAll("[data-decide]")) {
      const mine = button.dataset.decide === decision && (button.dataset.target || "") === (decision === "same" || decision === "related" ? target : "");
      button.setAttribute("aria-pressed", String(mine));
    }
    row.querySelector("[data-state]").textContent = words(row, decision, target);
  }

  function words(row, decision, target) {
    if (!decision) return say("review.open");
    const own = row.querySelector('[data-say][data-decide="' + decision + '"]');
    if (own) return own.dataset.say;
    const one = candidates(row).find((candidate) => candidate.dataset.candidate === target);
    return say("review." + decision, { name: one ? one.dataset.name : "" });
  }

  function decide(row, decision, target) {
    done.push({ row: row.dataset.row, decision: row.dataset.decision, target: row.dataset.target });
    paint(row, decision, target || "");
    saver.add(row.dataset.row, decision, target || "");
    tell(say("review.said", { row: row.dataset.row, what: words(row, decision, target || ""), name: nameOf(row) }));
  }

  function undo() {
    const last = done.pop();
    const row = last && document.getElementById("row-" + last.row);
    if (!row) return tell(say("review.nothing"));
    paint(row, last.decision, last.target);
    saver.add(last.row, last.decision, last.target);
    go(row, true);
    return tell(say("review.undone", { row: last.row, name: nameOf(row) }));
  }

  /* What the server answered. */
  function saved(answer) {
    const bar = document.getElementById("rv-bar");
    if (bar && answer.bar) {
      bar.innerHTML = answer.bar;
      if (window.htmx) window.htmx.process(bar);
    }
  }
  function refused(number, sentence, again) {
    const row = document.getElementById("row-" + number);
    if (!row) return toast(sentence, "bad");
    row.classList.add("failed");
    let place = row.querySelector(".rv-failed");
    if (!place) {
      place = make("p", { class: "rv-failed", role: "alert" });
      row.querySelector(".rv-do").append(place);
    }
    const retry = make("button", { type: "button", class: "btn btn-sm" }, say("upload.retry"));
    retry.addEventListener("click", again);
    place.replaceChildren(window.crm.icon("alert-circle"), make("span", {}, sentence), retry);
    return undefined;
  }

  /* Further rows come by themselves before one reaches the end. */
  function more() {
    if (!loading) loading = fetchMore().finally(() => { loading = null; });
    return loading;
  }
  async function fetchMore() {
    const button = root.querySelector("[data-more]");
    if (!button) return false;
    try {
      const answer = await window.crm.request(button.dataset.more, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return false;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      list.append(...page.querySelectorAll(".rv-row"));
      const next = page.querySelector("[data-more]");
      if (next) button.replaceWith(next);
      else button.remove();
      return true;
    } catch (error) {
      toast(say("error.network"), "bad");
      return false;
    }
  }

  /* A cell is mended in the row itself. */
  async function edit(row) {
    const place = row.querySelector(".rv-edit");
    if (!row.dataset.editUrl) return;
    if (place.firstElementChild) return place.querySelector(FIELDS).focus();
    const answer = await window.crm.request(row.dataset.editUrl, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return toast(say("error.network"), "bad");
    place.innerHTML = await answer.text();
    const first = place.querySelector("[aria-invalid='true']") || place.querySelector(FIELDS);
    if (first) first.focus();
    return tell(say("review.editing", { row: row.dataset.row }));
  }
  function shut(row) {
    row.querySelector(".rv-edit").replaceChildren();
    go(row, true);
  }
  async function mend(row, form) {
    await saver.settle();
    const answer = await window.crm.request(form.action, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
    if (answer.status === 422) {
      row.querySelector(".rv-edit").innerHTML = await answer.text();
      const bad = row.querySelector("[aria-invalid='true']");
      return bad && bad.focus();
    }
    if (!answer.ok) {
      if (answer.status === 419) await window.crm.renewToken();
      return toast(answer.status < 500 && answer.headers.get("Content-Type").startsWith("text/plain") ? await answer.text() : say("error.server"), "bad");
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".rv-row");
    const bar = page.getElementById("rv-bar");
    row.replaceWith(fresh);
    if (current === row) current = null;
    if (bar) saved({ bar: bar.innerHTML });
    go(fresh, true);
    return tell(say("review.mended", { row: fresh.dataset.row, what: fresh.querySelector(".rv-fate").textContent.trim() }));
  }

  /* Keys: only when no field has the focus, and only while they are switched on. */
  const toggle = root.querySelector("[data-keys]");
  let keys = true;
  try {
    keys = localStorage.getItem("review-keys") !== "off";
  } catch (error) {
    keys = true; // a browser that keeps nothing has the keys on
  }
  function showKeys() {
    toggle.setAttribute("aria-pressed", String(keys));
  }
  toggle.addEventListener("click", () => {
    keys = !keys;
    showKeys();
    try {
      localStorage.setItem("review-keys", keys ? "on" : "off");
    } catch (error) {
      toast(say("review.keys_once"), "warn");
    }
  });
  showKeys();

  const help = document.getElementById("rv-help");
  const acts = {
    j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
    s: (row) => choose(row, "same", 0), a: (row) => choose(row, "related", 0),
    n: (row) => settle(row, "new"), x: (row) => settle(row, "skip"),
    e: (row) => { edit(row); }, u: () => undo(), "?": () => help.showModal(), Enter: (row) => confirm(row),
  };
  function settle(row, decision, target) {
    if (!row.querySelector('[data-decide="' + decision + '"]')) return tell(say("review.not_here"));
    decide(row, decision, target);
    return onward();
  }
  function choose(row, decision, index) {
    const own = row.querySelector('[data-say][data-decide="' + decision + '"]');
    if (own) return settle(row, decision, own.dataset.target);
    const one = candidates(row)[index];
    return one ? settle(row, decision, one.dataset.candidate) : tell(say("review.no_candidate"));
  }
  function confirm(row) {
    if (open(row) && row.dataset.suggest) return settle(row, row.dataset.suggest, row.dataset.suggestTarget);
    return onward();
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, textarea, select, [contenteditable]");
    const editing = event.target.closest(".rv-edit");
    if (editing && event.key === "Escape") {
      event.preventDefault();
      return shut(rowOf(editing));
    }
    if (!keys || typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return undefined;
    const onButton = event.target.closest("button, a, summary");
    if (onButton && (event.key === "Enter" || event.key === " ")) return undefined;
    if (!current && !rows().length) return undefined;
    const digit = /^(?:Digit|Numpad)([1-5])$/.exec(event.code);
    const act = digit ? (at) => choose(at, event.shiftKey ? "related" : "same", Number(digit[1]) - 1)
      : acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return undefined;
    event.preventDefault();
    return perform(act);
  });

  function perform(act) {
    const run = () => act(current || rows()[0]);
    const begun = turn ? turn.then(run) : run();
    if (!begun || !begun.then) return;
    turn = begun;
    begun.finally(() => { if (turn === begun) turn = null; });
  }

  list.addEventListener("click", (event) => {
    const row = rowOf(event.target);
    if (!row) return;
    go(row, false);
    const button = event.target.closest("[data-decide]");
    if (button) {
      event.preventDefault();
      const again = button.getAttribute("aria-pressed") === "true";
      decide(row, again ? "" : button.dataset.decide, again ? "" : button.dataset.target);
    } else if (event.target.closest("[data-edit]")) {
      event.preventDefault();
      edit(row);
    } else if (event.target.closest("[data-shut]")) shut(row);
  });
  list.addEventListener("focusin", (event) => go(rowOf(event.target), false));
  list.addEventListener("submit", (event) => {
    if (!event.target.closest(".rv-edit")) return;
    event.preventDefault();
    event.stopPropagation();
    mend(rowOf(event.target), event.target);
  }, true);
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-more]")) {
      event.preventDefault();
      more();
    }
    if (event.target.closest("[data-undo-last]")) undo();
    if (event.target.closest("[data-help]")) help.showModal();
  });
  /* What leads away waits until everything is saved. */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-after-saving]") || saver.idle()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    saver.settle().then((whole) => { if (whole) event.target.requestSubmit(event.submitter); });
  }, true);

  go(rows().find(open) || rows()[0], false);
  root.dataset.ready = "1";
})();
