/* The company field: candidates while one types. A newer text always wins over an older answer. */
"use strict";

(function () {
  const { say, make, icon, request } = window.crm;
  const WAIT = 120;
  let count = 0;

  function attach(input) {
    if (input.dataset.typingReady) return;
    input.dataset.typingReady = "1";
    const id = input.id || "typing-" + ++count;
    const box = make("div", { class: "cands", id: id + "-cands", hidden: "" });
    const status = make("span", { class: "vh", role: "status" });
    input.insertAdjacentElement("afterend", box);
    box.insertAdjacentElement("afterend", status);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-haspopup": "listbox", autocomplete: "off" })) input.setAttribute(name, value);
    const uscc = input.dataset.uscc ? document.getElementById(input.dataset.uscc) : null;
    const words = input.dataset.says || "typing"; // which sentences of the page are said
    let turn = 0, timer = null, flight = null, active = -1, composing = false;

    const options = () => Array.from(box.querySelectorAll('[role="option"]'));
    const isOpen = () => !box.hidden;

    function close() {
      box.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function cancel() {
      turn += 1;
      clearTimeout(timer);
      if (flight) flight.abort();
    }

    function schedule() {
      cancel();
      const text = input.value.trim();
      const code = uscc ? uscc.value.trim() : "";
      if (text.length < 2 && code.length < 18) return close();
      const mine = turn;
      timer = setTimeout(() => look(text, code, mine), WAIT);
    }

    async function look(text, code, mine) {
      flight = new AbortController();
      const address = new URL(input.dataset.typingUrl, location.href);
      address.searchParams.set("q", text);
      if (code) address.searchParams.set("uscc", code);
      try {
        const answer = await request(address, { signal: flight.signal });
        const html = await answer.text();
        if (mine !== turn) return;
        if (!answer.ok) throw new Error(String(answer.status));
        show(html);
      } catch (error) {
        if (mine !== turn || error.name === "AbortError") return;
        close();
        status.textContent = say(words + ".failed");
      }
    }

    function show(html) {
      box.innerHTML = html;
      const list = box.querySelector('[role="listbox"]');
      const found = options();
      if (!list || !found.length || document.activeElement !== input && !(uscc && document.activeElement === uscc)) return close();
      list.id = id + "-list";
      found.forEach((one, n) => { one.id = id + "-o" + n; });
      input.setAttribute("aria-controls", list.id);
      input.setAttribute("aria-expanded", "true");
      active = -1;
      input.removeAttribute("aria-activedescendant");
      const fresh = box.hidden;
      box.hidden = false;
      const field = input.closest(".field");
      if (fresh && field && box.getBoundingClientRect().bottom > window.innerHeight - 70) field.scrollIntoView({ block: "start" });
      const n = found.filter((one) => !("new" in one.dataset) && !("none" in one.dataset)).length;
      status.textContent = n ? say(words + ".count", { n: n }) : say(words + ".none");
    }

    function mark(to) {
      const all = options();
      active = (to + all.length) % all.length;
      all.forEach((one, n) => one.setAttribute("aria-selected", String(n === active)));
      input.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    }

    function pick(option) {
      cancel();
      close();
      const chosen = option.dataset;
      if ("none" in chosen) return undefined; // a sentence, nothing to pick
      if ("new" in chosen) {
        keep("", "", "");
        if (chosen.url && "typingOpen" in input.dataset) location.assign(chosen.url);
        return input.dispatchEvent(new CustomEvent("company:new", { bubbles: true, detail: { name: input.value.trim(), url: chosen.url } }));
      }
      if ("typingOpen" in input.dataset && chosen.url) return location.assign(chosen.url);
      const typed = input.value.trim();
      input.value = chosen.name;
      keep(chosen.publicId, chosen.name, typed);
      input.dispatchEvent(new CustomEvent("company:picked", { bubbles: true, detail: { publicId: chosen.publicId, name: chosen.name } }));
      return input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    /* The hidden field with the public id, and the line that says so. */
    function hiddenField() {
      if (!input.form) return null;
      return input.form.elements[input.dataset.picks || input.name + "_public_id"] || input.form.querySelector("[data-picked-id]");
    }
    function keep(publicId, name, typed) {
      const hidden = hiddenField();
      if (hidden) hidden.value = publicId;
      // What stood in the field when the row was picked: the server may learn it as a name of that company.
      const learnt = hidden && hidden.name.endsWith("public_id"); // else the field itself would be found
      const said = learnt && hidden.form && hidden.form.elements[hidden.name.replace(/public_id$/, "typed")];
      if (said && typed !== undefined) said.value = typed === name ? "" : typed;
      const field = input.closest(".field");
      if (!field || "typingOpen" in input.dataset) return;
      const old = field.querySelector(".picked-line");
      if (old) old.remove();
      if (publicId) box.insertAdjacentElement("afterend", make("p", { class: "hint picked-line" }, icon("circle-check"), say(words + ".picked", { name: name })));
      input.dataset.picked = name;
    }

    input.addEventListener("compositionstart", () => { composing = true; cancel(); });
    input.addEventListener("compositionend", () => { composing = false; changed(); });
    input.addEventListener("input", (event) => { if (!composing && !event.isComposing) changed(); });
    function changed() {
      if (input.dataset.picked && input.value.trim() !== input.dataset.picked) {
        keep("", "", "");
        input.dispatchEvent(new CustomEvent("company:unpicked", { bubbles: true }));
      }
      schedule();
    }
    if (uscc) uscc.addEventListener("input", (event) => { if (!event.isComposing) schedule(); });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen()) return schedule();
        mark(event.key === "ArrowDown" ? active + 1 : (active < 0 ? 0 : active) - 1);
      } else if (event.key === "Enter" && isOpen() && active >= 0) {
        event.preventDefault();
        pick(options()[active]);
      } else if (event.key === "Enter" && !("typingOpen" in input.dataset)) {
        event.preventDefault(); // in the middle of a form Enter only ends the choice; it never files the form
        close();
      } else if (event.key === "Escape" && isOpen()) {
        event.preventDefault();
        event.stopPropagation();
        cancel();
        close();
      } else if (event.key === "Tab") {
        cancel();
        close();
      }
    });
    box.addEventListener("mousedown", (event) => event.preventDefault());
    box.addEventListener("click", (event) => {
      const option = event.target.closest('[role="option"]');
      if (option) pick(option);
    });
    input.addEventListener("blur", () => setTimeout(() => {
      if (uscc && document.activeElement === uscc) return;
      cancel();
      close();
    }, 150));
    if (input.dataset.picked && hiddenField() && hiddenField().value) keep(hiddenField().value, input.dataset.picked);
  }

  const start = (place) => place.querySelectorAll("input[data-typing-url]").forEach(attach);
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentNode || document));
})();
