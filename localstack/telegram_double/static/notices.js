// Toasts and alerts.

import { byId, el } from "./dom.js";

const SHOWN_MS = 3500;

export function notify(text) {
  const toast = el("p", { class: "toast" }, text);
  byId("notices").append(toast);
  setTimeout(() => toast.remove(), SHOWN_MS);
}

export function alertBox(text) {
  const close = el("button", { type: "button", class: "primary" }, "OK");
  const box = el("dialog", { class: "dialog small", "aria-label": "Message from the bot" }, el("p", { class: "alert-text" }, text), close);
  close.addEventListener("click", () => box.close());
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    notify(error.message);
    return null;
  }
}
