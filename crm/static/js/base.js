/* What every other script uses: sentences of the page's language, requests with our headers, messages. */
"use strict";

window.crm = (function () {
  const words = {};
  for (const holder of document.querySelectorAll("template#words, template[data-words]")) {
    for (const one of holder.content.querySelectorAll("[data-key]")) words[one.dataset.key] = one.textContent;
  }

  /* The sentence of a key, with {name} replaced. */
  function say(key, values) {
    return (words[key] || key).replace(/\{(\w+)\}/g, (all, name) => (values && name in values ? values[name] : all));
  }

  function token() {
    const meta = document.querySelector('meta[name="csrf-token"]');
    return meta ? meta.content : "";
  }

  function setToken(value) {
    document.querySelector('meta[name="csrf-token"]').content = value;
    for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = value;
  }

  /* Where to sign in so that one comes back to this page. */
  function signInAddress() {
    const here = location.pathname + location.search;
    return document.body.dataset.signIn + "?next=" + encodeURIComponent(here);
  }

  function request(url, options) {
    const headers = Object.assign({ "X-Requested-With": "fetch", "X-CSRFToken": token() }, (options || {}).headers);
    return fetch(url, Object.assign({ credentials: "same-origin" }, options, { headers: headers }));
  }

  /* After 419: take a fresh token from this page. False when nobody is signed in any more. */
  async function renewToken() {
    const answer = await request(location.pathname + location.search, {});
    if (!answer.ok || answer.redirected) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const meta = fresh.querySelector('meta[name="csrf-token"]');
    if (!meta) return false;
    setToken(meta.content);
    return true;
  }

  function icon(name) {
    const known = document.querySelector("svg.icon use");
    const sheet = known ? known.getAttribute("href").split("#")[0] : "/static/vendor/icons.svg";
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", sheet + "#" + name);
    svg.append(use);
    return svg;
  }

  /* An element with attributes and children; text is always text. */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) element.setAttribute(name, value);
    element.append(...children.filter((one) => one !== null && one !== undefined && one !== ""));
    return element;
  }

  /* A sentence that floats for a while; link = {href, text} keeps it until it is closed. */
  function toast(text, kind, link) {
    let box = document.getElementById("toasts");
    if (!box) {
      box = make("div", { id: "toasts", class: "toasts", role: "status", "aria-live": "polite" });
      document.body.append(box);
    }
    const marks = { ok: "circle-check", warn: "alert-triangle", bad: "alert-circle" };
    const shut = make("button", { type: "button", class: "btn btn-text", "aria-label": say("close") }, icon("x"));
    const line = make("span", {}, text, link ? " " : "", link ? make("a", { href: link.href, class: "inline-link" }, link.text) : "");
    const note = make("div", { class: "note " + (kind || "") }, icon(marks[kind] || "info-circle"), line, shut);
    shut.addEventListener("click", () => note.remove());
    box.append(note);
    if (!link) setTimeout(() => note.remove(), kind === "bad" ? 12000 : 6000);
  }

  return { say, token, setToken, signInAddress, request, renewToken, icon, make, toast };
})();
