// The messages of the open chat.

import { bubble, serviceText, summary } from "./bubble.js";
import { byId, day, el, fill, icon } from "./dom.js";

const NEAR_BOTTOM = 120;

export class Thread {
  constructor(store, actions) {
    this.store = store;
    this.actions = { ...actions, show: (messageId) => this.show(messageId) };
    this.element = byId("thread");
    this.toBottom = byId("to-bottom");
    this.pinned = byId("pinned");
    this.missed = 0;
    this.following = true;
    this.toBottom.addEventListener("click", () => this.scrollDown(true));
    this.element.addEventListener("scroll", () => this.scrolled());
    // Pictures may grow when they arrive ("load" does not bubble, so it is captured).
    this.element.addEventListener("load", () => this.following && this.scrollDown(false), true);
    store.addEventListener("opened", () => this.rebuild());
    store.addEventListener("loaded", () => this.rebuild());
    store.addEventListener("message", (event) => this.append(event.detail.message));
    store.addEventListener("changed", (event) => this.replace(event.detail.message));
    store.addEventListener("deleted", (event) => this.remove(event.detail));
    store.addEventListener("chat", () => this.showPinned());
    store.addEventListener("identity", () => this.rebuild());
  }

  get messages() {
    return [...(this.store.messages.get(this.store.current)?.values() ?? [])];
  }

  rebuild() {
    this.lastDay = null;
    this.element.replaceChildren();
    const chat = this.store.chat;
    if (!chat) return;
    const built = document.createDocumentFragment();
    for (const message of this.messages) built.append(...this.withDay(message));
    if (this.messages.length === 0) built.append(this.welcome());
    this.element.append(built);
    this.showPinned();
    this.scrollDown(false);
  }

  welcome() {
    const start = el("button", { type: "button", class: "primary", onclick: () => this.actions.command("/start") }, "Start");
    const text = el("p", { id: "welcome-text" }, "Say hello to the bot.");
    const inPrivate = this.store.chat.type === "private";
    return el("div", { class: "welcome" }, el("strong", {}, this.store.bot.first_name), text, inPrivate ? start : null);
  }

  withDay(message) {
    const label = day(message.accepted_at);
    const element = bubble(message, this.store, this.actions);
    if (label === this.lastDay) return [element];
    this.lastDay = label;
    return [el("div", { class: "service day" }, el("span", {}, label)), element];
  }

  find(messageId) {
    return this.element.querySelector(`[data-message="${messageId}"]`);
  }

  append(message) {
    if (message.chat_id !== this.store.current || this.find(message.message_id)) return;
    const follow = this.isNearBottom() || !message.from_bot;
    this.element.querySelector(".welcome")?.remove();
    const added = this.withDay(message);
    for (const element of added) element.classList.add("arriving");
    this.element.append(...added);
    if (follow) this.scrollDown(true);
    else {
      this.missed += 1;
      this.showToBottom();
    }
  }

  replace(message) {
    if (!message || message.chat_id !== this.store.current) return;
    const old = this.find(message.message_id);
    if (!old) return;
    const follow = this.isNearBottom();
    const focused = old.contains(document.activeElement) ? document.activeElement.textContent : null;
    const fresh = bubble(message, this.store, this.actions);
    old.replaceWith(fresh);
    if (focused) [...fresh.querySelectorAll("button, a")].find((key) => key.textContent === focused)?.focus();
    if (follow) this.scrollDown(false);
  }

  remove({ chat_id: chatId, message_id: messageId }) {
    if (chatId !== this.store.current) return;
    const old = this.find(messageId);
    if (!old) return;
    old.classList.add("leaving");
    old.addEventListener("transitionend", () => old.remove(), { once: true });
    setTimeout(() => old.remove(), 300);
  }

  showPinned() {
    const chat = this.store.chat;
    const messageId = chat?.pinned.at(-1);
    const message = messageId && this.store.messages.get(chat.id)?.get(messageId);
    this.pinned.hidden = !message;
    if (!message) return;
    fill(
      this.pinned,
      icon("pin"),
      el("span", { class: "pinned-text" }, el("strong", {}, "Pinned message"), el("span", {}, serviceText(message, this.store) ?? summary(message, this.store))),
    );
    this.pinned.onclick = () => this.show(messageId);
  }

  show(messageId) {
    const element = this.find(messageId);
    if (!element) return;
    element.scrollIntoView({ block: "center", behavior: "smooth" });
    element.classList.add("found");
    setTimeout(() => element.classList.remove("found"), 1500);
  }

  isNearBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
  }

  scrollDown(smoothly) {
    this.element.scrollTo({ top: this.element.scrollHeight, behavior: smoothly ? "smooth" : "instant" });
    this.missed = 0;
    this.showToBottom();
  }

  scrolled() {
    this.following = this.isNearBottom();
    if (this.following) this.missed = 0;
    this.showToBottom();
  }

  showToBottom() {
    this.toBottom.hidden = this.isNearBottom();
    const count = this.missed > 0 ? el("span", { class: "badge" }, String(this.missed)) : null;
    fill(this.toBottom, icon("down"), count);
  }
}
