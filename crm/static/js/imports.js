/* 导入: a file dropped anywhere or a pasted table fills the form; sending shows how far it is; what is wrong stands beside its field. */
"use strict";

(function () {
  const { say, make, icon, toast } = window.crm;
  const form = document.querySelector("form[data-import]");
  if (!form) return;
  const zone = form.querySelector("[data-dropfile]");
  const input = zone.querySelector('input[type="file"]');
  const named = zone.querySelector("[data-named]");
  const pasted = form.querySelector("textarea");
  const EACH = 20 * 1024 * 1024;

  function size(bytes) {
    return bytes >= 1024 * 1024 ? (bytes / 1024 / 1024).toFixed(1) + " MB" : Math.max(1, Math.round(bytes / 1024)) + " KB";
  }

  function show() {
    const file = input.files[0];
    zone.classList.toggle("has-file", Boolean(file));
    if (!file) return named.replaceChildren();
    clear("file");
    const shut = make("button", { type: "button", class: "btn btn-text", "aria-label": say("imports.take_out", { name: file.name }) }, icon("x"));
    shut.addEventListener("click", () => {
      input.value = "";
      show();
      input.focus();
    });
    named.replaceChildren(icon("file-spreadsheet"), make("b", {}, file.name), make("span", { class: "tiny" }, size(file.size)), shut);
    if (file.size > EACH) fault("file", say("upload.too_big", { name: file.name, size: (file.size / 1024 / 1024).toFixed(1) }));
    return undefined;
  }
  function take(files) {
    if (!files.length) return;
    if (files.length > 1) toast(say("imports.one_file"), "warn");
    const data = new DataTransfer();
    data.items.add(files[0]);
    input.files = data.files;
    show();
    zone.scrollIntoView({ block: "nearest" });
  }
  input.addEventListener("change", show);

  /* Only the options of what is chosen. */
  function offer() {
    const chosen = form.querySelector('input[name="kind"]:checked');
    for (const one of form.querySelectorAll("[data-kind]")) one.hidden = Boolean(chosen) && one.dataset.kind !== chosen.value;
  }
  form.addEventListener("change", (event) => { if (event.target.name === "kind") offer(); });
  offer();

  /* The whole page takes a file, and a table copied in Excel or WPS. */
  const carries = (event) => Array.from((event.dataTransfer || {}).types || []).includes("Files");
  let depth = 0;
  document.addEventListener("dragenter", (event) => { if (carries(event)) { depth += 1; zone.classList.add("over"); } });
  document.addEventListener("dragleave", (event) => { if (carries(event)) { depth -= 1; if (depth <= 0) { depth = 0; zone.classList.remove("over"); } } });
  document.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    zone.classList.remove("over");
    take(Array.from(event.dataTransfer.files));
  });
  document.addEventListener("paste", (event) => {
    const data = event.clipboardData;
    if (!data) return;
    const typing = event.target.matches("input, textarea, [contenteditable]");
    const text = data.getData("text/plain");
    if (!text && data.files.length) { // a table copied in Excel brings a picture of itself beside its text
      event.preventDefault();
      take(Array.from(data.files));
    } else if (!typing && text.trim()) {
      event.preventDefault();
      pasted.value = text;
      pasted.closest("details").open = true;
      clear("text");
      pasted.focus();
      toast(say("imports.pasted", { n: text.trim().split(/\r?\n/).length }), "ok");
    }
  });

  /* What is wrong, beside its field; everything typed and chosen stays. */
  const boxOf = (name) => form.querySelector('[data-field="' + name + '"]');
  function clear(name) {
    const box = boxOf(name);
    if (!box) return;
    box.classList.remove("bad");
    for (const one of box.querySelectorAll(".why")) one.remove();
    for (const one of box.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  }
  function fault(name, sentence) {
    const box = boxOf(name);
    if (!box) return toast(sentence, "bad");
    clear(name);
    box.classList.add("bad");
    const id = "fault-" + name;
    box.append(make("p", { class: "why", id: id, role: "alert" }, icon("alert-circle"), make("span", {}, sentence)));
    const field = box.querySelector("input, textarea, select");
    if (field) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", id);
    }
    return field;
  }

  const job = form.querySelector("[data-sending]");
  const bar = job.querySelector("progress");
  const share = job.querySelector("output");
  let call = null;
  job.querySelector("button").addEventListener("click", () => call && call.abort());

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (call) return;
    for (const box of form.querySelectorAll("[data-field]")) clear(box.dataset.field);
    if (input.files[0] && input.files[0].size > EACH) return show();
    send();
  }, true);

  function send() {
    const button = form.querySelector(".formbar .btn-primary");
    const slow = setTimeout(() => { job.hidden = false; }, 700);
    button.setAttribute("aria-busy", "true");
    call = new XMLHttpRequest();
    const end = () => {
      clearTimeout(slow);
      job.hidden = true;
      button.removeAttribute("aria-busy");
      call = null;
    };
    call.open("POST", form.action);
    call.setRequestHeader("X-CSRFToken", window.crm.token());
    call.setRequestHeader("X-Requested-With", "fetch");
    call.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = Math.round((event.loaded / event.total) * 100);
      share.textContent = event.loaded < event.total ? bar.value + "%" : say("imports.reading");
    });
    call.addEventListener("load", () => {
      const answer = call;
      if (answer.status < 300) {
        clearTimeout(slow);
        location.assign(JSON.parse(answer.responseText).url);
        return;
      }
      end();
      refuse(answer);
    });
    call.addEventListener("error", () => { end(); toast(say("error.network"), "bad"); });
    call.addEventListener("abort", end);
    call.send(new FormData(form));
  }

  function refuse(answer) {
    if (answer.status === 401) return toast(say("draft.signed_out"), "warn", { href: window.crm.signInAddress(), text: say("draft.sign_in") });
    if (answer.status === 419) {
      window.crm.renewToken();
      return toast(say("error.expired"), "warn");
    }
    const type = answer.getResponseHeader("Content-Type") || "";
    if (answer.status === 422 && type.startsWith("application/json")) {
      const found = Object.entries(JSON.parse(answer.responseText).errors).map(([name, sentence]) => fault(name, sentence));
      const first = found.find(Boolean);
      if (first) first.focus();
      return undefined;
    }
    return toast(type.startsWith("text/plain") && answer.responseText ? answer.responseText : say("error.server"), "bad");
  }
})();
