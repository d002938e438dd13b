/* Drafts: saved on the server two seconds after the last key; kept in this tab when that fails.
   The copy belongs to one person and one form, holds no password, and goes with the tab or at sign-out. */
"use strict";

(function () {
  const { say, make, request, toast } = window.crm;
  const WAIT = 2000;
  const PREFIX = "crm:draft:";
  const SUBMITTING = "crm:submitting";
  const FORMS = "form[data-autosave-url], form[data-draft-key]";
  const MACHINERY = ["csrf_token", "version", "once"];
  const user = document.body.dataset.user || "";
  const store = openStore();

  function openStore() {
    try {
      sessionStorage.setItem("crm:probe", "1");
      sessionStorage.removeItem("crm:probe");
      return sessionStorage;
    } catch (error) {
      return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined, length: 0, key: () => null };
    }
  }
  function keys() {
    return Array.from({ length: store.length }, (_, n) => store.key(n)).filter((key) => key && key.startsWith(PREFIX));
  }
  function forget(test) {
    keys().filter(test).forEach((key) => store.removeItem(key));
  }
  const nameOf = (form) => PREFIX + user + ":" + (form.dataset.draftKey || location.pathname);

  function fieldsOf(form) {
    return Array.from(form.elements).filter((one) => one.name && !one.hasAttribute("hx-post") && !MACHINERY.includes(one.name) && !["file", "password", "submit", "button", "fieldset"].includes(one.type));
  }
  function remember(form) {
    const values = fieldsOf(form).filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked).map((one) => [one.name, one.value]);
    store.setItem(nameOf(form), JSON.stringify({ path: location.pathname, values: values }));
  }

  /* The copy that was made on this page: under the form's name, or under the name it had before its first saving gave it an address. */
  function copyOf(form) {
    const here = keys().filter((key) => key.startsWith(PREFIX + user + ":") && JSON.parse(store.getItem(key)).path === location.pathname);
    const name = here.includes(nameOf(form)) ? nameOf(form) : document.querySelectorAll(FORMS).length === 1 ? here[0] : undefined;
    if (!name) return null;
    const copy = store.getItem(name);
    store.removeItem(name);
    store.setItem(nameOf(form), copy);
    return JSON.parse(copy);
  }
  function restore(form) {
    const copy = form.querySelector(".errsum") ? null : copyOf(form);
    if (!copy) return false;
    const left = copy.values.slice();
    for (const one of fieldsOf(form)) {
      const ticking = ["checkbox", "radio"].includes(one.type);
      const at = left.findIndex(([name, value]) => name === one.name && (!ticking || value === one.value));
      if (ticking) one.checked = at >= 0;
      else if (at >= 0) one.value = left[at][1];
      if (at >= 0) left.splice(at, 1);
    }
    return true;
  }

  function attach(form) {
    if (form.dataset.draftReady) return;
    form.dataset.draftReady = "1";
    const state = form.querySelector("[data-draft-state]");
    let timer = null, running = null, again = false, failed = false, leaving = false, ready = false;

    function tell(text, link) {
      if (!state) return;
      state.replaceChildren(text);
      if (link) state.append(" ", make("a", { class: "inline-link", href: link }, say("draft.sign_in")));
    }
    function changed(event) {
      if (event && (event.target.type === "file" || event.target.hasAttribute("hx-post"))) return; // saved on its own
      remember(form);
      clearTimeout(timer);
      if (form.dataset.autosaveUrl && !leaving) timer = setTimeout(save, WAIT);
    }

    /* One request at a time; what is typed meanwhile goes with the next. */
    function save() {
      clearTimeout(timer);
      if (running) {
        again = true;
        return running;
      }
      tell(say("draft.saving"));
      running = send(true).finally(() => {
        running = null;
        if (again && !leaving) save();
        again = false;
      });
      return running;
    }
    async function send(mayRenew) {
      const before = JSON.stringify(Array.from(new FormData(form)).filter(([, value]) => typeof value === "string"));
      const data = new FormData();
      for (const [name, value] of JSON.parse(before)) data.append(name, value);
      let answer;
      try {
        answer = await request(form.dataset.autosaveUrl, { method: "POST", body: data });
      } catch (error) {
        failed = true;
        return tell(say("draft.waiting"));
      }
      if (answer.status === 401) {
        failed = true;
        return tell(say("draft.signed_out"), window.crm.signInAddress());
      }
      if (answer.status === 419) {
        if (mayRenew && (await window.crm.renewToken())) return send(false);
        failed = true;
        return tell(say("draft.signed_out"), window.crm.signInAddress());
      }
      const plain = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
      if (!answer.ok) {
        failed = true;
        return tell((plain && (await answer.text())) || say("draft.waiting"));
      }
      failed = false;
      accept(answer.status === 204 ? {} : await answer.json().catch(() => ({})));
      const now = JSON.stringify(Array.from(new FormData(form)).filter(([, value]) => typeof value === "string"));
      if (now === before || !again) store.removeItem(nameOf(form));
      return undefined;
    }
    function accept(told) {
      if (told.version !== undefined && form.elements.version) form.elements.version.value = told.version;
      if (told.url) form.dataset.autosaveUrl = told.url;
      if (told.action) form.action = told.action;
      if (told.page) history.replaceState(history.state, "", told.page);
      const zone = form.querySelector("[data-upload-url]");
      if (told.upload_url && zone) zone.dataset.uploadUrl = told.upload_url;
      const clock = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
      tell(say("draft.saved", { time: told.saved_at || clock }));
      form.dispatchEvent(new CustomEvent("draft:saved", { bubbles: true, detail: told }));
    }

    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (running && !ready) {
        // The draft on its way brings a newer version: sending the older one would be refused as stale.
        event.preventDefault();
        if (leaving) return;
        leaving = true;
        const button = event.submitter;
        Promise.race([running, new Promise((done) => setTimeout(done, 4000))]).then(() => {
          ready = true;
          form.requestSubmit(button);
        });
        return;
      }
      leaving = true;
      remember(form);
      store.setItem(SUBMITTING, JSON.stringify({ name: nameOf(form), path: location.pathname + location.search }));
    });
    window.addEventListener("pageshow", () => { leaving = ready = false; });
    window.addEventListener("online", () => { if (failed) save(); });
    document.addEventListener("visibilitychange", () => { if (failed && document.visibilityState === "visible") save(); });
    form.saveDraft = save;

    if (restore(form)) {
      form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
      if (form.dataset.autosaveUrl) save().then(() => { if (!failed) toast(say("draft.restored"), "ok"); });
    }
  }

  /* What became of the form that was sent from this tab. At the door and on an error page it was refused: its text stays,
     and coming back to the form restores it. On any other page it arrived, and the copy goes. */
  function settle() {
    const kept = store.getItem(SUBMITTING);
    if (!kept) return;
    const sent = JSON.parse(kept);
    const door = document.body.classList.contains("signin");
    if (door || document.querySelector(".oops")) {
      store.setItem(SUBMITTING, JSON.stringify(Object.assign(sent, { refused: true })));
      const next = document.querySelector('form input[name="next"]');
      const carried = document.querySelector('form input[name="kept"], form textarea[name="kept"]');
      if (door && next && !carried && /^\/(?!\/)/.test(sent.path)) next.value = sent.path;
      return;
    }
    store.removeItem(SUBMITTING);
    const back = sent.refused && sent.path.split("?")[0] === location.pathname && document.querySelector(FORMS);
    if (!back) store.removeItem(sent.name);
  }

  settle();
  if (user) forget((key) => !key.startsWith(PREFIX + user + ":"));
  document.querySelectorAll(FORMS).forEach(attach);
  document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll(FORMS).forEach(attach));
  document.addEventListener("submit", (event) => { if (event.target.hasAttribute("data-forget-drafts")) forget(() => true); });
})();
