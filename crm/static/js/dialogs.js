/* data-confirm: a sentence to read before a button acts. The button of the dialog repeats the words of the first. */
"use strict";

(function () {
  const { say, make } = window.crm;
  let dialog = null;

  function ask(text, verb, danger) {
    if (!window.HTMLDialogElement || !HTMLDialogElement.prototype.showModal) return Promise.resolve(window.confirm(text));
    if (dialog) dialog.remove();
    const go = make("button", { class: "btn " + (danger ? "btn-danger" : "btn-primary"), value: "go" }, verb);
    const stay = make("button", { class: "btn", value: "" }, say("confirm.cancel"));
    dialog = make("dialog", { class: "ask", "aria-labelledby": "ask-title", "aria-describedby": "ask-text" },
      make("form", { method: "dialog" }, make("h2", { id: "ask-title" }, say("confirm.title")), make("p", { id: "ask-text" }, text), make("div", { class: "row-x" }, go, stay)));
    document.body.append(dialog);
    dialog.showModal();
    stay.focus();
    return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "go"), { once: true }));
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-confirm]");
    if (!button) return;
    if (button.dataset.confirmed) {
      delete button.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const yes = await ask(button.dataset.confirm, button.textContent.trim(), button.classList.contains("btn-danger"));
    button.focus();
    if (!yes) return;
    button.dataset.confirmed = "1";
    button.click();
  }, true);

  window.crm.ask = ask;
})();
