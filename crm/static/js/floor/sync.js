/* Sending what waits: one tab at a time, each note under its owner, words before photos. Only 422 and 413 are a last word. */
"use strict";

window.floor.sync = (function () {
  const { store, server } = window.floor;
  const { say } = window.crm;
  const FINAL = [413, 422];
  const LIST_AGE = 5 * 60 * 1000;
  const PATIENCE = 15 * 1000;
  const UNDO = 5 * 1000; // a deletion may be taken back for so long
  let busy = false;
  let again = false;

  class Stop extends Error {}

  /* One tab after the other. A tab that the phone put to sleep must not hold the rest up: the server takes each key once anyway. */
  async function alone(act) {
    if (!navigator.locks) return act();
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    try {
      return await navigator.locks.request("floor-sync", { signal: patience.signal }, () => {
        clearTimeout(timer);
        return act();
      });
    } catch (error) {
      if (error.name !== "AbortError") throw error;
      return act();
    }
  }

  /* Send now; asked again meanwhile, once more. */
  async function run() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      do {
        again = false;
        await alone(once);
      } while (again);
    } finally {
      busy = false;
      window.floor.tell({ sending: false });
    }
  }

  async function once() {
    window.floor.tell({ sending: true });
    let person;
    try {
      person = await whoIsThere();
      if (!person) return;
      let sent = false;
      for (const note of await mine(person)) sent = (await sendNote(note, person)) || sent;
      for (const note of await mine(person)) sent = (await sendPhoto(note)) || sent;
      await fetchList(person, sent);
    } catch (error) {
      if (error instanceof server.Unreachable) window.floor.tell({ online: false });
      else if (!(error instanceof Stop)) throw error;
    }
  }

  async function whoIsThere() {
    const answer = await server.session();
    if (answer.status === 401) {
      window.floor.tell({ online: true, signedOut: true });
      return null;
    }
    if (!answer.ok) throw new server.Unreachable(String(answer.status));
    const said = answer.data;
    const person = { id: said.person.id, name: said.person.name, edition: said.edition, team: said.team, until: said.until, form: said.form_version, skew: Date.now() - Date.parse(said.now) };
    await store.setState("person", person);
    window.floor.tell({ online: true, signedOut: false, person: person });
    return person;
  }

  async function mine(person) {
    const all = (await store.notes()).filter((note) => note.owner === person.id && store.waits(note) && !(note.problem && note.problem.final));
    return all.sort((one, other) => (one.capturedAt < other.capturedAt ? -1 : 1));
  }

  /* Ask once more with a fresh token when the old one is stale, unless somebody else is there by now. */
  async function holding(person, act) {
    let answer = await act();
    if (answer.status === 419) {
      const fresh = await server.session();
      if (fresh.status === 401) {
        window.floor.tell({ signedOut: true });
        throw new Stop("signed out");
      }
      if (!fresh.ok || fresh.data.person.id !== person.id) throw new Stop("another person");
      answer = await act();
    }
    if (answer.status === 401) {
      window.floor.tell({ signedOut: true });
      throw new Stop("signed out");
    }
    return answer;
  }

  async function sendNote(note, person) {
    if (!note.dirty || (note.deleted && Date.now() - note.deletedAt < UNDO)) return false;
    if (!note.base && note.deleted && !note.posting) {
      await store.remove(note.uuid); // never left the phone
      return false;
    }
    if (!note.base && !(await create(note, person))) return false;
    const now = await store.get(note.uuid);
    if (!now || !now.dirty) return true;
    return now.deleted ? withdraw(now, person) : change(now, person);
  }

  /* What is sent first is kept as it was sent: changed afterwards, it would be another body under the same key. */
  async function create(note, person) {
    const first = note.posting || note.body;
    if (!note.posting) await store.change(note.uuid, (one) => { one.posting = one.posting || first; });
    const body = Object.assign({}, first, { uuid: note.uuid, owner: note.owner, edition: note.edition, captured_at: note.capturedAt, form_version: note.form });
    const answer = await holding(person, () => server.send("POST", "contacts", body, { "Idempotency-Key": note.uuid }));
    if (!answer.ok) return failed(note, answer);
    await store.change(note.uuid, (one) => {
      one.base = answer.data.version;
      one.problem = null;
      if (!one.deleted && JSON.stringify(one.body) === JSON.stringify(first)) one.dirty = false;
    });
    return true;
  }

  async function change(note, person) {
    const body = Object.assign({}, note.body, { owner: note.owner, version: note.base, form_version: note.form });
    const answer = await holding(person, () => server.send("PUT", "contacts/" + note.uuid, body));
    if (!answer.ok) return failed(note, answer);
    await store.change(note.uuid, (one) => {
      one.base = answer.data.version;
      one.problem = null;
      if (one.rev === note.rev) one.dirty = false;
    });
    return true;
  }

  async function withdraw(note, person) {
    const answer = await holding(person, () => server.send("DELETE", "contacts/" + note.uuid, { owner: note.owner }));
    if (!answer.ok && answer.status !== 404) return failed(note, answer);
    await store.remove(note.uuid);
    return true;
  }

  async function sendPhoto(note) {
    if (!note.photoDirty || !note.base || note.deleted || !note.photo) return false;
    const answer = await holding({ id: note.owner }, () => server.sendPhoto("contacts/" + note.uuid + "/photo", note.photo));
    if (!answer.ok) return failed(note, answer);
    await store.change(note.uuid, (one) => {
      one.problem = null;
      if (one.photo && one.photo.rev === note.photo.rev) {
        one.photoDirty = false;
        one.photo = null; // it is safe now; the phone needs its room
        one.hasPhoto = true;
      }
    });
    return true;
  }

  async function failed(note, answer) {
    const why = answer.status >= 500 ? say("server") : answer.data.message || say("server");
    await store.change(note.uuid, (one) => {
      one.problem = { status: answer.status, final: FINAL.includes(answer.status), text: why };
      one.theirs = answer.status === 409 && answer.data.current ? answer.data.current : null;
    });
    window.floor.tell({});
    return false;
  }

  async function fetchList(person, sent) {
    const known = await store.state("list");
    const fresh = known && known.person === person.id && known.edition === person.edition.id && Date.now() - known.fetched < LIST_AGE;
    if (fresh && !sent) return;
    const answer = await server.ask("list");
    if (!answer.ok || answer.data.person !== person.id) return;
    await store.setState("list", Object.assign({}, answer.data, { notes: null, fetched: Date.now() }));
    await merge(answer.data, person);
    window.floor.tell({});
  }

  /* What the server knows of this person's notes; what waits on the phone is not touched. */
  async function merge(list, person) {
    const there = new Map(list.notes.map((one) => [one.uuid, one]));
    for (const note of await store.notes()) {
      if (note.owner !== person.id || note.edition !== list.edition || store.waits(note)) continue;
      if (there.has(note.uuid)) await store.change(note.uuid, (one) => { if (!store.waits(one)) take(one, there.get(one.uuid)); });
      else await store.remove(note.uuid);
    }
    for (const one of there.values()) {
      if (await store.get(one.uuid)) continue;
      const note = { uuid: one.uuid, owner: person.id, ownerName: person.name, edition: list.edition, capturedAt: one.captured_at, form: person.form, rev: 0 };
      await store.put(take(note, one));
    }
  }

  function take(note, theirs) {
    note.base = theirs.version;
    note.body = theirs.body;
    note.hasPhoto = theirs.photo;
    note.dirty = note.photoDirty = note.deleted = false;
    note.posting = note.problem = note.theirs = null;
    return note;
  }

  return { run, take, alone };
})();
