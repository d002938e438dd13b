/* Ctrl K: companies, own work and places in one list. */
"use strict";

(function () {
  const { say, make, icon, request } = window.crm;
  const dialog = document.getElementById("palette");
  if (!dialog || !dialog.showModal) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  let turn = 0, timer = null, flight = null, active = 0, composing = false;

  const places = Array.from(document.querySelectorAll(".side nav a")).map((link) => ({ text: link.textContent.trim().replace(/\s+/g, " ").replace(/\d+\s*\S?$/, "").trim(), url: link.href, icon: link.querySelector("use") }));
  const options = () => Array.from(list.querySelectorAll('[role="option"]'));

  function option(text, url, mark, note) {
    const picture = typeof mark === "string" ? icon(mark) : icon(mark.getAttribute("href").split("#")[1]);
    return make("li", { role: "option", "aria-selected": "false", "data-url": url }, picture, make("span", {}, text), note ? make("span", { class: "r" }, note) : "");
  }
  function group(title, items) {
    return items.length ? [make("li", { class: "grp", role: "presentation" }, title), ...items] : [];
  }
  function actions(text) {
    const found = places.filter((one) => !text || one.text.includes(text)).map((one) => option(one.text, one.url, one.icon));
    if (text && dialog.dataset.register) found.push(option(say("palette.register", { text: text }), dialog.dataset.register + "?company_name=" + encodeURIComponent(text), "plus", "Alt N"));
    if (text && dialog.dataset.search) found.push(option(say("palette.search", { text: text }), dialog.dataset.search + "?q=" + encodeURIComponent(text), "search"));
    return found;
  }

  function show(text, companies, own) {
    list.replaceChildren(...group(say("palette.companies"), companies), ...group(say("palette.own"), own), ...group(say("palette.actions"), actions(text)));
    options().forEach((one, n) => { one.id = "palette-" + n; });
    mark(0);
  }
  function mark(to) {
    const all = options();
    if (!all.length) return input.removeAttribute("aria-activedescendant");
    active = (to + all.length) % all.length;
    all.forEach((one, n) => one.setAttribute("aria-selected", String(n === active)));
    input.setAttribute("aria-activedescendant", all[active].id);
    return all[active].scrollIntoView({ block: "nearest" });
  }

  async function read(url, text, how) {
    if (!url || text.length < 2) return how === "json" ? [] : "";
    const address = new URL(url, location.href);
    address.searchParams.set("q", text);
    const answer = await request(address, { signal: flight.signal });
    if (!answer.ok) return how === "json" ? [] : "";
    return answer[how]();
  }
  async function look(text, mine) {
    flight = new AbortController();
    try {
      const [html, own] = await Promise.all([read(dialog.dataset.typing, text, "text"), read(dialog.dataset.own, text, "json")]);
      if (mine !== turn) return;
      const part = make("div", {});
      part.innerHTML = html;
      const companies = Array.from(part.querySelectorAll('[role="option"]:not([data-new])')).map((one) => {
        const url = one.dataset.url || dialog.dataset.search + "?q=" + encodeURIComponent(one.dataset.name);
        const line = option("", url, "building-factory-2", (one.querySelector("small") || {}).textContent);
        line.querySelector("span").replaceChildren(...one.querySelector("b").childNodes);
        return line;
      });
      show(text, companies, own.map((one) => option(one.title, one.url, "bulb", one.note)));
    } catch (error) {
      if (error.name !== "AbortError" && mine === turn) show(text, [], []);
    }
  }
  function changed() {
    const text = input.value.trim();
    const mine = ++turn;
    clearTimeout(timer);
    if (flight) flight.abort();
    if (text.length < 2) show(text, [], []);
    else timer = setTimeout(() => look(text, mine), 120);
  }

  function open() {
    if (dialog.open) return;
    input.value = "";
    dialog.showModal();
    changed();
    input.focus();
  }
  const go = (one) => { if (one) location.assign(one.dataset.url); };

  input.addEventListener("compositionstart", () => { composing = true; });
  input.addEventListener("compositionend", () => { composing = false; changed(); });
  input.addEventListener("input", () => { if (!composing) changed(); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(options()[active]);
    }
  });
  list.addEventListener("click", (event) => go(event.target.closest('[role="option"]')));
  dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest("[data-close]")) dialog.close(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
})();
