/* What the phone holds: notes by their key, and a few words on who is there. Every change is one transaction of IndexedDB. */
"use strict";

window.floor = window.floor || {};
window.floor.store = (function () {
  let opened = null;

  function open() {
    if (opened) return opened;
    opened = new Promise((done, failed) => {
      const asked = indexedDB.open("crm-floor", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("notes", { keyPath: "uuid" });
        asked.result.createObjectStore("state");
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => asked.result.close();
        done(asked.result);
      };
      asked.onerror = () => failed(asked.error);
      asked.onblocked = () => failed(new Error("blocked"));
    });
    opened.catch(() => { opened = null; });
    return opened;
  }

  /* Run work(store) in one transaction; the answer comes when it is on disk. */
  async function inside(name, mode, work) {
    const base = await open();
    return new Promise((done, failed) => {
      const all = base.transaction(name, mode);
      const answer = work(all.objectStore(name));
      all.oncomplete = () => done(answer && "result" in answer ? answer.result : undefined);
      all.onabort = all.onerror = () => failed(all.error || new Error("aborted"));
    });
  }

  const notes = () => inside("notes", "readonly", (store) => store.getAll());
  const get = (uuid) => inside("notes", "readonly", (store) => store.get(uuid));
  const put = (note) => inside("notes", "readwrite", (store) => store.put(note));
  const remove = (uuid) => inside("notes", "readwrite", (store) => store.delete(uuid));
  const state = (name) => inside("state", "readonly", (store) => store.get(name));
  const setState = (name, value) => inside("state", "readwrite", (store) => store.put(value, name));

  /* Read a note, change it, write it back: nothing comes between. A note that is gone stays gone. */
  function change(uuid, work) {
    return inside("notes", "readwrite", (store) => {
      const asked = store.get(uuid);
      asked.onsuccess = () => {
        if (!asked.result) return;
        work(asked.result);
        store.put(asked.result);
      };
      return asked;
    });
  }

  async function wipe() {
    await inside("notes", "readwrite", (store) => store.clear());
    await inside("state", "readwrite", (store) => store.clear());
  }

  /* A key that no other phone has. Without HTTPS the browser has no randomUUID, but it has random numbers. */
  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const some = crypto.getRandomValues(new Uint8Array(16));
    some[6] = (some[6] & 15) | 64;
    some[8] = (some[8] & 63) | 128;
    const text = Array.from(some, (one) => one.toString(16).padStart(2, "0")).join("");
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
  }

  /* A note waits when its words or its photo are not on the server yet. */
  const waits = (note) => note.dirty || note.photoDirty;

  return { notes, get, put, remove, change, state, setState, wipe, newKey, waits };
})();
