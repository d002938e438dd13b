/* Is this phone ready? Each point is tried, not guessed; and what a phone holds can be taken out by hand. */
"use strict";

window.floor.ready = (function () {
  const { store } = window.floor;
  const { say, make, icon, toast } = window.crm;
  const place = document.getElementById("checks");

  async function shellIsKept() {
    if (!window.isSecureContext || !("serviceWorker" in navigator)) return false;
    const known = await navigator.serviceWorker.getRegistration(document.body.dataset.home);
    return Boolean(known && known.active && (await caches.match(document.body.dataset.home)));
  }

  async function room() {
    try {
      await store.setState("trial", Date.now());
      if (!navigator.storage || !navigator.storage.estimate) return 0;
      const found = await navigator.storage.estimate();
      return Math.round((found.quota - found.usage) / 1048576);
    } catch (error) {
      return -1;
    }
  }

  async function isKept() {
    if (!navigator.storage || !navigator.storage.persist) return false;
    return (await navigator.storage.persisted()) || navigator.storage.persist();
  }

  async function check() {
    const lines = [];
    const add = (good, key, values) => lines.push([good, say(good ? key : key + "_no", values)]);
    add(window.isSecureContext, "ready_https");
    add(await shellIsKept(), "ready_shell");
    const free = await room();
    add(free >= 0, "ready_store", { n: free > 0 ? free : "?" });
    if (free < 0) return show(lines);
    add(await isKept(), "ready_kept");
    const wechat = /MicroMessenger/i.test(navigator.userAgent);
    lines.push([!wechat, say(wechat ? "ready_wechat" : "ready_browser")]);
    const person = await store.state("person");
    const inside = Boolean(person) && !window.floor.now.signedOut;
    add(inside, "ready_person", inside ? { name: person.name, until: person.until } : {});
    const list = await store.state("list");
    const firms = list && list.firms.length;
    add(Boolean(firms), "ready_list", firms ? { n: firms, at: list.at.replace("T", " ").slice(5, 16) } : {});
    const skew = person ? Math.round(Math.abs(person.skew) / 60000) : 0;
    add(skew < 5, "ready_clock", { n: skew });
    const waiting = (await store.notes()).filter(store.waits).length;
    add(!waiting, "ready_unsent", { n: waiting });
    return show(lines);
  }

  function show(lines) {
    const line = (good, words) => make("li", { class: good ? "ok" : "bad" }, icon(good ? "circle-check" : "alert-circle"), words);
    window.floor.pages.put(place, lines.map((one) => [one, () => line(...one)]));
  }

  const asText = (bytes) => {
    let text = "";
    for (const one of new Uint8Array(bytes)) text += String.fromCharCode(one);
    return btoa(text);
  };

  /* The last resort: everything unsent as one file, photos with it. */
  async function exportUnsent() {
    const waiting = [...(await store.notes()).filter(store.waits), ...window.floor.unsaved];
    if (!waiting.length) return toast(say("export_none"), "warn");
    const rows = waiting.map((one) => ({ uuid: one.uuid, owner: one.ownerName, edition: one.edition, captured_at: one.capturedAt, deleted: one.deleted, ...one.body, photo: one.photo ? asText(one.photo.bytes) : null }));
    const blob = new Blob([JSON.stringify(rows, null, 1)], { type: "application/json" });
    const link = make("a", { href: URL.createObjectURL(blob), download: "fair-unsent-" + new Date().toISOString().slice(0, 16).replace(":", "") + ".json" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    return undefined;
  }

  /* Leaving wipes the phone, and is refused while anything waits on it. */
  async function leave() {
    const waiting = (await store.notes()).filter(store.waits).length + window.floor.unsaved.length;
    if (window.floor.isSaving()) return toast(say("leave_first", { n: waiting || 1 }), "bad");
    if (waiting) return toast(say("leave_first", { n: waiting }), "bad");
    try {
      await window.floor.server.session();
      await window.floor.server.send("POST", "leave", {});
    } catch (error) {
      return toast(say("unreachable"), "bad"); // the pass must end on the server, too
    }
    await window.floor.sync.alone(store.wipe); // a list that is still on its way would be written back
    toast(say("left"), "ok");
    window.floor.tell({ person: null, signedOut: true });
    return undefined;
  }

  document.getElementById("check-again").addEventListener("click", check);
  document.getElementById("export").addEventListener("click", exportUnsent);
  document.getElementById("leave").addEventListener("click", leave);

  return { check };
})();
