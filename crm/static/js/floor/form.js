/* The form: saved on the phone at once and empty for the next person, whatever a photo or the network still does. */
"use strict";

window.floor.form = (function () {
  const { store, photo } = window.floor;
  const { say, make, toast } = window.crm;
  const form = document.getElementById("form");
  const near = document.getElementById("near");
  const shot = document.getElementById("shot");
  const TEXTS = ["company_text", "person_name", "mobile", "person_title", "email", "words", "next_step", "next_on"];
  const TAPS = ["expand", "decides", "meeting"];
  let firm = null; // the chosen one of the list
  let editing = null; // the note that is being changed
  let picture = null; // {file, made, done}: chosen for this note
  let saving = false; // from the tap until the form is empty again
  let savedAt = 0;
  const TWICE = 700; // within so many milliseconds a second tap is the same one

  function read() {
    const one = (name) => (form.elements[name].value || "").trim();
    const body = { rating: one("rating"), consent: form.elements.consent.checked, answers: {} };
    for (const name of TEXTS) body[name] = one(name);
    for (const name of TAPS) if (one(name)) body.answers[name] = one(name);
    const needs = Array.from(form.elements.needs).filter((box) => box.checked).map((box) => box.value);
    if (needs.length) body.answers.needs = needs;
    if (form.elements.came.checked) body.answers.came = "yes";
    body.exhibitor = firm && firm.name === body.company_text ? firm.id : "";
    return body;
  }

  function fill(body) {
    for (const name of TEXTS) form.elements[name].value = body[name] || "";
    form.elements.rating.value = body.rating || "";
    form.elements.consent.checked = Boolean(body.consent);
    const answers = body.answers || {};
    for (const name of TAPS) form.elements[name].value = answers[name] || "";
    for (const box of form.elements.needs) box.checked = (answers.needs || []).includes(box.value);
    form.elements.came.checked = answers.came === "yes";
    firm = body.exhibitor ? { id: body.exhibitor, name: body.company_text } : null;
  }

  function reset() {
    form.reset();
    firm = editing = picture = null;
    near.replaceChildren();
    for (const line of form.querySelectorAll(".why")) line.hidden = true;
    form.querySelectorAll(".bad").forEach((box) => box.classList.remove("bad"));
    sessionStorage.removeItem("floor-draft");
    face();
  }

  function face() {
    document.getElementById("save-words").textContent = say(editing ? "save_change" : "save_next");
    document.getElementById("give-up").hidden = !editing;
    document.getElementById("h-note").textContent = editing ? say("editing", { name: editing.body.company_text }) : say("note_new");
    document.getElementById("shot-drop").hidden = !picture;
    const kept = editing && (editing.photo || editing.hasPhoto);
    document.getElementById("shot-state").textContent = picture ? picture.words : kept ? say("shot_kept") : "";
  }

  function complain(name, words) {
    const box = form.querySelector('[data-field="' + name + '"]');
    const line = box.querySelector(".why");
    box.classList.add("bad");
    line.textContent = words;
    line.hidden = false;
    (box.querySelector("input, textarea") || box).focus();
  }

  function wrong(body) {
    for (const box of form.querySelectorAll(".field.bad")) {
      box.classList.remove("bad");
      box.querySelector(".why").hidden = true;
    }
    if (!body.rating) complain("rating", say("no_rating"));
    if (body.company_text.length < 2) complain("company_text", say("no_firm"));
    return !body.rating || body.company_text.length < 2;
  }

  /* Words first, at once and in one step; the photo follows them. */
  async function save() {
    const body = read();
    if (saving || (Date.now() - savedAt < TWICE && !body.company_text && !body.rating)) return; // a finger that trembles
    if (wrong(body)) return;
    saving = true;
    const person = await store.state("person").finally(() => { saving = false; });
    if (!person) {
      toast(say("nobody"), "bad");
      return;
    }
    const [changed, taken] = [editing, picture];
    const note = changed ? null : {
      uuid: store.newKey(), owner: person.id, ownerName: person.name, edition: person.edition.id, form: person.form || 1,
      capturedAt: new Date().toISOString(), body: body, posting: null, base: 0, rev: 1, dirty: true, deleted: false,
      photo: null, raw: taken ? taken.file : null, photoDirty: Boolean(taken), hasPhoto: false, problem: null, theirs: null,
    };
    const key = changed ? changed.uuid : note.uuid;
    reset();
    savedAt = Date.now();
    window.floor.begin(key);
    try {
      const uuid = await (changed ? rewrite(changed, body, taken) : store.put(note).then(() => note.uuid)).finally(() => window.floor.end(key));
      briefly(say("saved", { name: body.company_text }));
      if (taken) await finish(uuid);
    } catch (error) {
      toast(say("full"), "bad");
      if (!read().company_text) fill(body);
      else window.floor.unsaved.push(note || Object.assign({}, changed, { body: body }));
    }
    window.floor.tell({});
    window.floor.sync.run();
  }

  /* A word that does not lie over the next person's fields for long. */
  function briefly(words) {
    toast(words, "ok");
    const told = document.querySelector("#toasts > :last-child");
    setTimeout(() => told.remove(), 2500);
  }

  /* A note that the server refused for good goes on under a new key. */
  async function rewrite(old, body, taken) {
    const stored = (await store.get(old.uuid)) || old;
    const anew = stored.problem && stored.problem.final && !stored.base;
    const work = (one) => {
      one.body = body;
      one.rev += 1;
      one.dirty = true;
      one.problem = null;
      if (taken) Object.assign(one, { raw: taken.file, photo: null, photoDirty: true });
    };
    if (!anew) {
      const found = await store.change(old.uuid, work);
      if (!found) await store.put(Object.assign({}, old, { uuid: store.newKey(), base: 0, posting: null, body: body, dirty: true, rev: 1, problem: null }));
      return old.uuid;
    }
    const copy = Object.assign({}, stored, { uuid: store.newKey(), posting: null });
    work(copy);
    await store.put(copy);
    await store.remove(old.uuid);
    return copy.uuid;
  }

  /* Make a photo small that was stored as it came; also those that a closed window left behind. */
  async function finish(uuid) {
    const note = await store.get(uuid);
    if (!note || !note.raw) return;
    try {
      const small = await photo.shrink(note.raw);
      await store.change(uuid, (one) => {
        if (one.raw) Object.assign(one, { photo: Object.assign(small, { rev: one.rev }), raw: null, photoDirty: true });
      });
    } catch (error) {
      await store.change(uuid, (one) => Object.assign(one, { raw: null, photoDirty: false }));
      toast(say("shot_bad"), "bad");
    }
  }

  async function finishAll() {
    for (const note of await store.notes()) if (note.raw) await finish(note.uuid);
  }

  function takePhoto() {
    const file = shot.files[0];
    shot.value = "";
    if (!file) return;
    picture = { file: file, words: say("shot_done", { n: Math.round(file.size / 1024) }) };
    face();
  }

  async function suggest() {
    const text = form.elements.company_text.value.trim().toLowerCase();
    const list = (await store.state("list")) || { firms: [] };
    const found = text ? list.firms.filter((one) => (one.name + " " + one.booth).toLowerCase().includes(text) && one.name !== form.elements.company_text.value).slice(0, 5) : [];
    near.replaceChildren(...found.map((one) => {
      const button = make("button", { type: "button", class: "btn" }, make("b", {}, one.booth), " ", one.name);
      button.addEventListener("click", () => pick(one));
      return make("li", {}, button);
    }));
  }

  function pick(one) {
    firm = { id: one.id, name: one.name };
    form.elements.company_text.value = one.name;
    near.replaceChildren(...[one.goal, one.talking].filter(Boolean).map((words) => make("li", { class: "sub" }, words)));
    keep();
  }

  /* Begin a note on a firm of the list. */
  function begin(one) {
    if (editing) reset();
    pick(one);
    location.hash = "#note";
  }

  function edit(note) {
    reset();
    editing = note;
    fill(note.body);
    face();
    location.hash = "#note";
  }

  const keep = () => sessionStorage.setItem("floor-draft", JSON.stringify({ body: read(), editing: editing && editing.uuid }));

  async function restore() {
    const text = sessionStorage.getItem("floor-draft");
    if (!text) return;
    const draft = JSON.parse(text);
    fill(draft.body);
    editing = draft.editing ? (await store.get(draft.editing)) || null : null;
    face();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.addEventListener("input", keep);
  form.elements.company_text.addEventListener("input", suggest);
  shot.addEventListener("change", takePhoto);
  document.getElementById("shot-drop").addEventListener("click", () => { picture = null; face(); });
  document.getElementById("give-up").addEventListener("click", () => { reset(); location.hash = "#sent"; });

  return { begin, edit, restore, finishAll };
})();
