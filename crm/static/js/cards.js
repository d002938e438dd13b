/* A batch of card photos, sent one after another: how far it is in bytes and in photos, what became of each, the failed ones again. */
"use strict";

(function () {
  const { say, make, icon, toast } = window.crm;
  const form = document.querySelector("form[data-card-batch]");
  if (!form) return;
  const input = form.querySelector('input[type="file"]');
  const box = form.querySelector("[data-batch]");
  const total = box.querySelector("progress");
  const words = box.querySelector("[data-batch-words]");
  const list = box.querySelector("ul");
  const again = box.querySelector("[data-batch-again]");
  const counter = document.querySelector("#waiting ~ .tiny");
  const MB = 1024 * 1024;
  const EACH = Number(form.dataset.cardBatch) * MB;
  let jobs = [];
  let busy = false;

  const sizes = (some) => some.reduce((sum, job) => sum + job.file.size, 0);
  const of = (state) => jobs.filter((job) => job.state === state);
  const mb = (bytes) => (bytes / MB).toFixed(1);

  function show(sent) {
    const ended = jobs.filter((job) => job.state !== "waiting" && job.state !== "sending");
    const bytes = sizes(ended) + (sent || 0);
    total.max = Math.max(1, sizes(jobs));
    total.value = bytes;
    words.textContent = say("cards.progress", { done: ended.length, all: jobs.length, sent: mb(bytes), size: mb(sizes(jobs)) });
    again.hidden = busy || !of("failed").length;
  }

  function tell(job, kind, mark, ...children) {
    job.line.className = kind;
    job.line.replaceChildren(icon(mark), make("span", {}, job.file.name + say("colon"), ...children));
    if (job.state !== "failed") return;
    const retry = make("button", { type: "button", class: "btn btn-sm", "aria-label": say("cards.retry_one", { name: job.file.name }) }, say("upload.retry"));
    retry.addEventListener("click", () => { job.state = "waiting"; run(); });
    job.line.append(retry);
  }

  function add(files) {
    for (const file of files) {
      const job = { file: file, state: "waiting", line: make("li", {}) };
      list.append(job.line);
      jobs.push(job);
      if (file.size > EACH) {
        job.state = "refused";
        tell(job, "bad", "alert-circle", say("cards.too_big", { size: mb(file.size), most: form.dataset.cardBatch }));
      } else job.line.replaceChildren(icon("clock"), make("span", {}, file.name + say("colon") + say("cards.waits")));
    }
    box.hidden = false;
    run();
  }

  async function run() {
    if (busy) return;
    busy = true;
    let job = jobs.find((one) => one.state === "waiting");
    while (job) {
      await send(job);
      job = jobs.find((one) => one.state === "waiting");
    }
    busy = false;
    show();
    const found = { fresh: of("new").length, same: of("double").length, refused: of("refused").length, failed: of("failed").length };
    words.textContent += " " + say(found.failed ? "cards.some_failed" : "cards.all_done", found);
  }

  function send(job) {
    return new Promise((resolve) => {
      job.state = "sending";
      const bar = make("progress", { max: "100", value: "0", "aria-label": say("upload.sending", { name: job.file.name }) });
      job.line.className = "";
      job.line.replaceChildren(icon("upload"), make("span", {}, job.file.name), bar);
      show(0);
      const data = new FormData();
      data.append("photos", job.file, job.file.name);
      data.append("met_on", form.elements.met_on.value);
      const call = new XMLHttpRequest();
      call.open("POST", form.action);
      call.timeout = 120000;
      call.setRequestHeader("X-CSRFToken", window.crm.token());
      call.setRequestHeader("X-Requested-With", "fetch");
      call.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        bar.value = (event.loaded / event.total) * 100;
        show(Math.min(job.file.size, (event.loaded / event.total) * job.file.size));
      });
      const fail = (sentence) => { job.state = "failed"; tell(job, "bad", "alert-circle", sentence); resolve(); };
      call.addEventListener("load", async () => {
        if (call.status === 419 && !job.renewed && (await window.crm.renewToken())) {
          job.renewed = true;
          job.state = "waiting";
          return resolve();
        }
        if (call.status === 401) {
          toast(say("draft.signed_out"), "warn", { href: window.crm.signInAddress(), text: say("draft.sign_in") });
          return fail(say("cards.signed_out"));
        }
        const type = call.getResponseHeader("Content-Type") || "";
        if (!type.startsWith("application/json")) return fail(say("cards.not_sent"));
        const told = JSON.parse(call.responseText);
        if (counter && told.waiting) counter.textContent = told.waiting;
        job.state = told.state;
        if (told.state === "new") tell(job, "ok", "circle-check", say("cards.new"));
        else if (told.state === "double") tell(job, "", "info-circle", make("a", { href: told.url }, told.message));
        else tell(job, "bad", "alert-circle", told.message);
        return resolve();
      });
      call.addEventListener("error", () => fail(say("cards.not_sent")));
      call.addEventListener("timeout", () => fail(say("cards.not_sent")));
      call.send(data);
    });
  }

  form.addEventListener("submit", (event) => {
    if (!input.files.length) return; // the server says what is missing
    event.preventDefault();
    const files = Array.from(input.files);
    input.value = "";
    add(files);
  });
  again.addEventListener("click", () => {
    for (const job of of("failed")) job.state = "waiting";
    run();
  });
  window.addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
})();
