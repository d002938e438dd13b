/* Asking the server. A page in place of an answer (a sign-in of some network, a redirect) counts as no answer at all. */
"use strict";

window.floor.server = (function () {
  const home = document.body.dataset.home;
  let token = "";

  const LONGEST = 30 * 1000; // a network that answers nothing is none
  const LONGEST_PHOTO = 120 * 1000;

  class Unreachable extends Error {}

  async function ask(path, options, longest) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), longest || LONGEST);
    try {
      return await asked(path, Object.assign({ signal: patience.signal }, options));
    } finally {
      clearTimeout(timer);
    }
  }

  async function asked(path, options) {
    const headers = Object.assign({ "X-Requested-With": "fetch", "X-CSRFToken": token }, options.headers);
    let answer;
    try {
      answer = await fetch(home + "api/" + path, Object.assign({ credentials: "same-origin", cache: "no-store" }, options, { headers: headers }));
    } catch (error) {
      throw new Unreachable(String(error));
    }
    const json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (answer.redirected || (answer.ok && !json)) throw new Unreachable("no answer of ours");
    let data = {};
    try {
      data = json ? await answer.json() : { message: (await answer.text()).slice(0, 200) };
    } catch (error) {
      throw new Unreachable("cut off");
    }
    return { ok: answer.ok, status: answer.status, data: data };
  }

  /* Who is there, asked before each sending, with a token that is never kept. */
  async function session() {
    const answer = await ask("session");
    if (answer.ok) token = answer.data.token;
    return answer;
  }

  function send(method, path, body, headers) {
    const json = { "Content-Type": "application/json" };
    return ask(path, { method: method, body: JSON.stringify(body), headers: Object.assign(json, headers) });
  }

  async function sendPhoto(path, photo) {
    const headers = { "Content-Type": photo.type };
    if (window.crypto && crypto.subtle) {
      const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", photo.bytes));
      headers["X-Content-Sha256"] = Array.from(sum, (one) => one.toString(16).padStart(2, "0")).join("");
    }
    return ask(path, { method: "PUT", body: photo.bytes, headers: headers }, LONGEST_PHOTO);
  }

  return { ask, session, send, sendPhoto, Unreachable, home };
})();
