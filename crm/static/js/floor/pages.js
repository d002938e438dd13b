/* The list of the team and the notes of this phone, as they stand in the store. */
"use strict";

window.floor.pages = (function () {
  const { store } = window.floor;
  const { say, make, toast } = window.crm;
  const byId = (id) => document.getElementById(id);
  const short = (text) => (text || "").replace("T", " ").slice(5, 16);

  function button(words, act, kind) {
    const made = make("button", { type: "button", class: "btn small " + (kind || "") }, words);
    made.addEventListener("click", act);
    return made;
  }

  const drawn = new WeakMap(); // a line → what it was made from

  /* Put lines into a place. One that says the same stays the element it was: a finger on it, or the focus, is not lost. */
  function put(place, lines) {
    const before = new Map([...place.children].map((one) => [drawn.get(one), one]));
    const after = lines.map(([key, build]) => {
      const text = JSON.stringify(key);
      const kept = before.get(text);
      if (kept) {
        before.delete(text);
        return kept;
      }
      const made = build();
      drawn.set(made, text);
      return made;
    });
    for (const gone of before.values()) gone.remove();
    for (const one of [...place.children]) if (!after.includes(one)) one.remove();
    after.forEach((one, at) => { if (place.children[at] !== one) place.insertBefore(one, place.children[at] || null); });
  }

  /* Firms that are noted on this phone count as met, also before the server knows. */
  async function list(notes) {
    const known = await store.state("list");
    const firms = known ? known.firms : [];
    const here = new Set(notes.filter((one) => !one.deleted).map((one) => one.body.exhibitor).filter(Boolean));
    const met = (one) => one.met > 0 || here.has(one.id);
    byId("list-at").textContent = known ? say(firms.length ? "list_at" : "list_empty", { at: short(known.at) }) : say("list_none");
    byId("list-state").textContent = firms.length ? say("list_state", { n: firms.filter(met).length, all: firms.length }) : "";
    const text = byId("find").value.trim().toLowerCase();
    const shown = firms.filter((one) => !text || (one.name + " " + one.booth + " " + one.products).toLowerCase().includes(text));
    put(byId("stops"), shown.map((one) => [[one, met(one)], () => stop(one, met(one))]));
  }

  /* What another unit holds is said before all else: the grade would send the team to the booth. */
  function mark(one, met) {
    if (one.held === "other") return make("span", { class: "badge bad" }, say("held_elsewhere"));
    return make("span", { class: met ? "badge ok" : "badge" }, met ? "✓ " + say("met") : one.grade);
  }

  function stop(one, met) {
    const detail = [one.on ? one.on.slice(5) : "", one.at, one.goal].filter(Boolean).join(" · ");
    const made = make("button", { type: "button", class: met ? "stop done" : "stop" },
      make("span", { class: "no" }, one.booth || "—"), make("span", {}, make("b", {}, one.name), make("span", { class: "sub" }, detail)),
      mark(one, met));
    made.addEventListener("click", () => window.floor.form.begin(one));
    return make("li", {}, made);
  }

  function stateOf(note, person) {
    if (!store.waits(note)) return ["ok", say("sent")];
    if (note.problem && note.problem.final) return ["bad", say("refused", { why: note.problem.text })];
    if (!person || note.owner !== person.id) return ["bad", say("held", { name: note.ownerName })];
    if (note.theirs) return ["bad", say("stale")];
    if (note.problem) return ["bad", say("later", { why: note.problem.text })];
    return ["bad", say(note.dirty ? "unsent" : "sent_photo")];
  }

  function notes(all, person) {
    const shown = all.filter((one) => !one.deleted && (store.waits(one) || !person || one.owner === person.id)).sort((one, other) => (one.capturedAt < other.capturedAt ? 1 : -1));
    byId("sent-state").textContent = say("notes_state", { n: shown.length });
    const none = [["none", () => make("li", { class: "sub" }, say("notes_none"))]];
    const said = (one) => [Object.assign({}, one, { photo: Boolean(one.photo), raw: Boolean(one.raw) }), person && person.id];
    put(byId("notes"), shown.length ? shown.map((one) => [said(one), () => line(one, person)]) : none);
    byId("export").hidden = !all.some(store.waits) && !window.floor.unsaved.length;
  }

  function line(note, person) {
    const [look, words] = stateOf(note, person);
    const detail = [note.body.rating, note.body.person_name, note.hasPhoto || note.photo || note.raw ? say("photo") : "", clock(note.capturedAt)].filter(Boolean).join(" · ");
    const own = person && note.owner === person.id;
    const acts = own ? actsOf(note) : [];
    return make("li", { "data-uuid": note.uuid, class: store.waits(note) ? "note-line waits" : "note-line" },
      make("div", {}, make("b", {}, note.body.company_text), make("span", { class: "sub" }, detail), make("span", { class: "state " + look }, words)), make("div", { class: "acts" }, ...acts));
  }

  function clock(text) {
    const at = new Date(text);
    const two = (n) => String(n).padStart(2, "0");
    return two(at.getMonth() + 1) + "-" + two(at.getDate()) + " " + two(at.getHours()) + ":" + two(at.getMinutes());
  }

  function actsOf(note) {
    const settle = (work) => async () => {
      await store.change(note.uuid, work);
      window.floor.tell({});
      window.floor.sync.run();
    };
    if (note.theirs) {
      const mine = (one) => Object.assign(one, { base: one.theirs.version, theirs: null, problem: null });
      return [button(say("keep_mine"), settle(mine)), button(say("keep_theirs"), settle((one) => window.floor.sync.take(one, one.theirs)))];
    }
    const acts = [button(say("edit"), () => window.floor.form.edit(note)), button(say("delete"), () => drop(note), "danger")];
    if (note.base && !store.waits(note)) acts.push(make("a", { class: "btn small", href: document.body.dataset.home + "proof/" + note.uuid }, say("proof")));
    const refused = note.problem && note.problem.final;
    if (refused && !note.dirty) acts.unshift(button(say("retry"), settle((one) => { one.problem = null; })));
    else if (refused) acts.unshift(button(say("as_new"), () => anew(note)));
    return acts;
  }

  async function anew(note) {
    await store.put(Object.assign({}, note, { uuid: store.newKey(), base: 0, posting: null, problem: null, rev: 1 }));
    await store.remove(note.uuid);
    window.floor.tell({});
    window.floor.sync.run();
  }

  /* Gone after a few seconds; until then one tap brings it back. */
  async function drop(note) {
    await store.change(note.uuid, (one) => Object.assign(one, { deleted: true, deletedAt: Date.now(), dirty: true, rev: one.rev + 1 }));
    toast(say("deleted", { name: note.body.company_text }), "ok");
    const told = document.querySelector("#toasts > :last-child");
    const undo = button(say("undo"), () => bringBack(note).then(() => told.remove()));
    told.insertBefore(undo, told.lastChild);
    window.floor.tell({});
    setTimeout(() => window.floor.sync.run(), 5500);
  }

  async function bringBack(note) {
    await store.change(note.uuid, (one) => Object.assign(one, { deleted: false, dirty: note.dirty || one.base === 0, rev: one.rev + 1 }));
    window.floor.tell({});
  }

  return { list, notes, put };
})();
