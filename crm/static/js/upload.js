/* Files by dropping, pasting, choosing or photographing; one after another, with progress and the server's own sentence. */
"use strict";

(function () {
  const { say, make, icon } = window.crm;
  const MB = 1024 * 1024;
  const EACH = 20 * MB;
  const TOGETHER = 100 * MB;

  const zoneOf = (place) => (place.closest ? place.closest("[data-upload-url]") : null);

  function attach(zone) {
    if (zone.dataset.uploadReady) return;
    zone.dataset.uploadReady = "1";
    const lines = zone.querySelector(".uploads");
    const queue = [];
    let busy = false;

    function refuse(file) {
      const values = { name: file.name, size: (file.size / MB).toFixed(1) };
      if (!file.size) return say("upload.empty", values);
      if (file.size > EACH) return say("upload.too_big", values);
      if (Number(zone.dataset.uploadUsed || 0) + file.size > TOGETHER) return say("upload.too_much", values);
      return "";
    }

    function add(files) {
      for (const file of files) {
        const line = make("li", {});
        lines.append(line);
        const problem = refuse(file);
        if (problem) fail(line, file, problem, false);
        else {
          zone.dataset.uploadUsed = String(Number(zone.dataset.uploadUsed || 0) + file.size);
          queue.push([file, line]);
        }
      }
      run();
    }

    async function run() {
      if (busy) return;
      busy = true;
      while (queue.length) await send(...queue.shift());
      busy = false;
    }

    /* A form that has no row on the server yet is saved first; the answer brings the address. */
    async function address() {
      const form = zone.closest("form");
      if (!zone.dataset.uploadUrl && form && form.saveDraft) await form.saveDraft();
      return zone.dataset.uploadUrl;
    }

    async function send(file, line) {
      const bar = make("progress", { max: "100", value: "0", "aria-label": say("upload.sending", { name: file.name }) });
      line.className = "";
      line.replaceChildren(icon("paperclip"), make("span", {}, file.name), bar);
      const url = await address();
      if (!url) return fail(line, file, say("upload.failed", { name: file.name }), true);
      const answer = await post(url, file, (share) => { bar.value = share; });
      if (answer.ok) return done(line, file, answer.text);
      zone.dataset.uploadUsed = String(Number(zone.dataset.uploadUsed) - file.size);
      return fail(line, file, answer.text || say("upload.failed", { name: file.name }), !answer.status || answer.status >= 500 || answer.status === 419);
    }

    function post(url, file, progress) {
      return new Promise((resolve) => {
        const data = new FormData();
        data.append("file", file, file.name);
        const call = new XMLHttpRequest();
        call.open("POST", url);
        call.setRequestHeader("X-CSRFToken", window.crm.token());
        call.setRequestHeader("X-Requested-With", "fetch");
        call.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress((event.loaded / event.total) * 100); });
        call.addEventListener("load", () => {
          const plain = (call.getResponseHeader("Content-Type") || "").startsWith("text/plain");
          const ok = call.status >= 200 && call.status < 300;
          if (call.status === 419) window.crm.renewToken();
          resolve({ ok: ok, status: call.status, text: ok || plain ? call.responseText : "" });
        });
        call.addEventListener("error", () => resolve({ ok: false, status: 0, text: "" }));
        call.send(data);
      });
    }

    function done(line, file, html) {
      line.remove();
      const list = document.querySelector(zone.dataset.uploadList);
      if (list) {
        list.insertAdjacentHTML("beforeend", html);
        if (window.htmx) window.htmx.process(list);
        const box = list.closest("[hidden]");
        if (box) box.hidden = false;
        const empty = list.closest(".card") && list.closest(".card").querySelector(".blank");
        if (empty) empty.remove();
      }
      zone.dispatchEvent(new CustomEvent("upload:done", { bubbles: true, detail: { name: file.name } }));
    }

    function fail(line, file, sentence, retry) {
      line.className = "bad";
      const again = make("button", { type: "button", class: "btn btn-sm" }, say("upload.retry"));
      again.addEventListener("click", () => { queue.push([file, line]); run(); });
      const shut = make("button", { type: "button", class: "btn btn-text", "aria-label": say("close") }, icon("x"));
      shut.addEventListener("click", () => line.remove());
      line.replaceChildren(icon("alert-circle"), make("span", {}, sentence), retry ? again : "", shut);
    }

    for (const input of zone.querySelectorAll('input[type="file"]')) {
      input.addEventListener("change", () => { add(Array.from(input.files)); input.value = ""; });
    }
    let depth = 0;
    zone.addEventListener("dragenter", () => { depth += 1; zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => { depth -= 1; if (!depth) zone.classList.remove("over"); });
    zone.addEventListener("drop", (event) => {
      depth = 0;
      zone.classList.remove("over");
      add(Array.from(event.dataTransfer.files));
    });
    zone.addFiles = add;
  }

  const zones = () => Array.from(document.querySelectorAll("[data-upload-url]"));
  const carries = (event) => Array.from((event.dataTransfer || {}).types || []).includes("Files");
  document.addEventListener("dragover", (event) => { if (zones().length && carries(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!zones().length || !carries(event)) return;
    event.preventDefault();
    if (!zoneOf(event.target)) zones()[0].addFiles(Array.from(event.dataTransfer.files));
  });

  /* A pasted picture has no name of its own: it gets the time. */
  document.addEventListener("paste", (event) => {
    const files = Array.from((event.clipboardData || {}).files || []);
    if (!files.length || !zones().length) return;
    event.preventDefault();
    const time = new Date().toTimeString().slice(0, 8).replace(/:/g, "-");
    const named = files.map((file, n) => (file.name && !/^image\.\w+$/.test(file.name) ? file
      : new File([file], say("upload.pasted") + "-" + time + (n ? "-" + n : "") + "." + (file.type.split("/")[1] || "png").replace("jpeg", "jpg"), { type: file.type })));
    (zoneOf(event.target) || zones()[0]).addFiles(named);
  });

  zones().forEach(attach);
  document.addEventListener("htmx:load", () => zones().forEach(attach));
})();
