/* The booth app as a whole: which part is shown, what the head says, and when sending is tried. */
"use strict";

(function () {
  const { floor } = window;
  const { store, sync, pages, form, ready } = floor;
  const { say, make, toast } = window.crm;
  const byId = (id) => document.getElementById(id);
  const PARTS = ["list", "note", "sent", "ready"];
  const EACH = 60 * 1000;

  floor.now = { online: navigator.onLine, signedOut: false, sending: false };
  floor.unsaved = []; // what the browser would not store: kept while this window lives
  const saving = new Map(); // keys of notes on their way to the disk → whether they are there
  let drawing = false;
  let stale = false;
  let last = [[], null]; // what the head was drawn from

  /* Something changed: draw it, once for many changes of the same moment, and once more for what came while drawing. */
  floor.tell = function (changes) {
    Object.assign(floor.now, changes);
    stale = true;
    if (!drawing) drawAll();
  };

  /* A note counts from the tap on, also while the browser still writes it; green is said when it is on the server, never before. */
  floor.begin = function (uuid) {
    saving.set(uuid, false);
    head(...last);
  };

  floor.end = function (uuid) {
    saving.set(uuid, true);
    floor.tell({});
  };

  floor.isSaving = () => saving.size > 0;

  async function drawAll() {
    drawing = true;
    await null;
    try {
      while (stale) {
        stale = false;
        await draw();
      }
    } catch (error) {
      broken();
    } finally {
      drawing = false;
    }
  }

  async function draw() {
    const done = [...saving].filter((one) => one[1]).map((one) => one[0]); // before reading: what is read holds them
    const [notes, person] = last = [await store.notes(), await store.state("person")];
    for (const uuid of done) saving.delete(uuid);
    head(notes, person);
    await pages.list(notes);
    pages.notes(notes, person);
    if (here() === "ready") await ready.check();
  }

  function head(notes, person) {
    const waiting = new Set([...notes.filter(store.waits).map((one) => one.uuid), ...saving.keys()]).size + floor.unsaved.length;
    byId("who").textContent = person ? person.edition.title + " · " + say("who", { name: person.name, team: person.team || say("no_team") }) : say("nobody");
    const button = byId("sync");
    button.className = "sync " + (waiting ? "bad" : floor.now.online ? "ok" : "");
    button.querySelector("span").textContent = floor.now.sending && waiting ? say("sending") + " " + waiting : waiting ? say("waiting", { n: waiting }) : say("all_sent");
    byId("count").textContent = waiting || "";
    const lines = [];
    const enter = document.body.dataset.enter + (person ? "editions/" + person.edition.id + "/phones" : "");
    byId("enter").href = enter;
    if (!person) lines.push(["bad", say("nobody"), enter]);
    else if (floor.now.signedOut) lines.push(["bad", say("signed_out"), enter]);
    if (!floor.now.online) lines.push(["warn", say("offline")]);
    if (!window.isSecureContext) lines.push(["warn", say("not_secure")]);
    if (/MicroMessenger/i.test(navigator.userAgent)) lines.push(["warn", say("ready_wechat")]);
    byId("told").replaceChildren(...lines.map(([look, words, link]) => make("p", { class: "note " + look }, words, link ? " " : "", link ? make("a", { href: link }, say("sign_in")) : "")));
  }

  function broken() {
    toast(say("no_store"), "bad");
  }

  const here = () => (PARTS.includes(location.hash.slice(1)) ? location.hash.slice(1) : "list");

  function show() {
    for (const part of PARTS) byId(part).hidden = part !== here();
    for (const link of document.querySelectorAll(".tabs a")) {
      if (link.hash === "#" + here()) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    window.scrollTo(0, 0);
    floor.tell({});
  }

  /* Somebody has just signed in: who it is, the server says. */
  async function enter() {
    await store.setState("person", null);
    history.replaceState(null, "", document.body.dataset.home);
  }

  async function moved() {
    if (location.hash === "#in") {
      await enter();
      sync.run();
    }
    show();
  }

  async function start() {
    if (location.hash === "#in") await enter();
    show();
    await form.restore();
    if (window.isSecureContext && "serviceWorker" in navigator) navigator.serviceWorker.register(document.body.dataset.home + "sw.js").catch(() => floor.tell({}));
    await form.finishAll();
    sync.run();
  }

  window.addEventListener("hashchange", moved);
  window.addEventListener("online", () => { floor.tell({ online: true }); sync.run(); });
  window.addEventListener("offline", () => floor.tell({ online: false }));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") sync.run(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) sync.run(); });
  byId("sync").addEventListener("click", () => sync.run());
  byId("find").addEventListener("input", () => floor.tell({}));
  setInterval(async () => {
    if (document.visibilityState === "visible" && (await store.notes()).some(store.waits)) sync.run();
  }, EACH);
  start().catch(broken);
})();
