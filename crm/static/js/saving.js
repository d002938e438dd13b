/* Decisions go to the server behind the page: in order, several at once, again after a failure. Nothing is lost silently. */
"use strict";

(function () {
  const { say, request, toast } = window.crm;
  const AT_ONCE = 40;
  const WAITS = [600, 1500, 4000, 9000];

  window.crm.saver = function (url, told) {
    let waiting = new Map(); // row → [decision, target]: only the last word counts
    let sending = null;
    let failed = false;
    const listeners = [];

    function add(row, decision, target) {
      waiting.delete(row);
      waiting.set(row, [decision, target]);
      if (!sending) run();
    }

    function run() {
      sending = drain().finally(() => {
        sending = null;
        for (const one of listeners.splice(0)) one(!waiting.size);
      });
    }

    async function drain() {
      failed = false;
      await null; // decisions of the same moment travel together
      while (waiting.size && !failed) {
        const batch = Array.from(waiting).slice(0, AT_ONCE);
        for (const [row] of batch) waiting.delete(row);
        if (!(await send(batch))) back(batch);
      }
    }

    /* What could not be sent waits again, unless the person has decided otherwise meanwhile. */
    function back(batch) {
      const newer = waiting;
      waiting = new Map(batch.filter(([row]) => !newer.has(row)).concat(Array.from(newer)));
      failed = true;
      for (const [row] of batch) told.refused(row, say("review.not_saved"), () => { if (!sending) run(); });
    }

    async function send(batch) {
      for (let attempt = 0; attempt <= WAITS.length; attempt += 1) {
        const data = new FormData();
        for (const [row, [decision, target]] of batch) data.append("choice", row + ":" + decision + ":" + target);
        const answer = await request(url, { method: "POST", body: data }).catch(() => null);
        if (answer && answer.ok) return take(await answer.json(), batch);
        if (answer && answer.status === 401) {
          toast(say("draft.signed_out"), "warn", { href: window.crm.signInAddress(), text: say("draft.sign_in") });
          return false;
        }
        if (answer && answer.status === 419) {
          if (!(await window.crm.renewToken())) return false;
        } else if (answer && answer.status < 500) return refuseAll(batch, await answer.text());
        if (attempt < WAITS.length) await new Promise((resolve) => setTimeout(resolve, WAITS[attempt]));
      }
      return false;
    }

    function take(answer, batch) {
      for (const [row, sentence] of Object.entries(answer.refused || {})) {
        const [decision, target] = batch.find((one) => one[0] === row)[1];
        told.refused(row, sentence, () => add(row, decision, target));
      }
      told.saved(answer);
      return true;
    }

    function refuseAll(batch, text) {
      for (const [row, [decision, target]] of batch) told.refused(row, text || say("review.not_saved"), () => add(row, decision, target));
      return true;
    }

    const idle = () => !sending && !waiting.size;
    function settle() {
      if (idle()) return Promise.resolve(true);
      if (!sending) run();
      return new Promise((resolve) => listeners.push(resolve));
    }
    window.addEventListener("beforeunload", (event) => { if (!idle()) event.preventDefault(); });
    return { add, settle, idle };
  };
})();
