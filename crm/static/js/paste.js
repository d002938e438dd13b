/* 粘贴识别: any chat text or spreadsheet row becomes values to confirm, one by one or all together. */
"use strict";

(function () {
  const { say, make, icon, request } = window.crm;
  const ORDER = ["company", "uscc", "person", "title", "mobile", "email", "amount_yi", "area_mu", "contact_on", "sentence"];

  function fieldFor(form, key) {
    return form.querySelector('[data-fills="' + key + '"]') || form.elements[key] || null;
  }
  function labelOf(field) {
    const label = field.labels && field.labels[0];
    return label ? label.firstChild.textContent.trim() : field.name;
  }
  function fill(field, value) {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    if (field.dataset.typingUrl) field.focus(); // its candidates show only while it is in use
  }

  function attach(box) {
    const text = box.querySelector("textarea");
    const place = box.querySelector("[data-found]");
    const form = box.closest("form") || document.querySelector(box.dataset.form || "form[data-autosave-url]");
    let turn = 0;

    async function recognise() {
      if (!text.value.trim()) return text.focus();
      const mine = ++turn;
      const data = new FormData();
      data.append("text", text.value);
      try {
        const answer = await request(box.dataset.recogniseUrl, { method: "POST", body: data });
        if (mine !== turn) return undefined;
        if (answer.status === 401) return place.replaceChildren(say("draft.signed_out"), " ", make("a", { href: window.crm.signInAddress() }, say("draft.sign_in")));
        if (answer.status === 419 && (await window.crm.renewToken())) return recognise();
        if (!answer.ok) throw new Error(String(answer.status));
        return show(await answer.json());
      } catch (error) {
        return place.replaceChildren(say("error.network"));
      }
    }

    function show(found) {
      const known = ORDER.filter((key) => found[key] !== null && found[key] !== undefined && found[key] !== "" && fieldFor(form, key));
      if (!known.length) return place.replaceChildren(make("p", { class: "hint" }, say("paste.none")));
      const chips = known.map((key) => chip(key, String(found[key])));
      const all = make("button", { type: "button", class: "btn btn-sm" }, icon("check"), say("paste.fill_all"));
      all.addEventListener("click", () => chips.forEach((one) => { if (one.getAttribute("aria-pressed") !== "true") one.click(); }));
      place.replaceChildren(make("p", { class: "hint" }, say("paste.found", { n: known.length })), make("div", { class: "row-x" }, ...chips, all));
      return undefined;
    }

    function chip(key, value) {
      const field = fieldFor(form, key);
      const label = labelOf(field);
      const button = make("button", { type: "button", class: "btn btn-sm found", "aria-pressed": "false", "aria-label": say("paste.fill", { label: label, value: value }) },
        make("span", { class: "tiny" }, label), make("b", {}, value));
      button.addEventListener("click", () => {
        fill(field, value);
        button.setAttribute("aria-pressed", "true");
      });
      return button;
    }

    box.querySelector("[data-recognise]").addEventListener("click", recognise);
    text.addEventListener("paste", () => setTimeout(recognise, 0));
  }

  document.querySelectorAll("[data-recognise-url]").forEach(attach);
})();
