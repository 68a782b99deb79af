// Writing: text, files, commands, the bot's reply keyboard.

import { api } from "./api.js";
import { summary } from "./bubble.js";
import { CommandMenu } from "./commands.js";
import { byId, el, fill, fileSize, icon, iconButton } from "./dom.js";
import { attempt, notify } from "./notices.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif"];
const MAX_HEIGHT = 160;

export class Composer {
  constructor(store) {
    this.store = store;
    this.drafts = new Map();
    this.file = null;
    this.replyTo = null;
    this.build();
    store.addEventListener("opened", () => this.opened());
    store.addEventListener("loaded", () => this.opened());
    store.addEventListener("chat", () => this.update());
    store.addEventListener("message", () => this.showKeyboard());
    store.addEventListener("prefill", (event) => this.fill(event.detail.text));
  }

  build() {
    this.input = el("textarea", {
      class: "input",
      rows: "1",
      placeholder: "Message",
      "aria-label": "Message",
      autocomplete: "off",
      enterkeyhint: "send",
    });
    this.send = iconButton("send", "Send", { class: "send", onclick: () => this.submit() });
    this.menu = new CommandMenu(this.store, this.input, (text) => this.sendText(text));
    this.picker = el("input", { type: "file", class: "visually-hidden", tabindex: "-1", "aria-hidden": "true" });
    const attach = iconButton("attach", "Attach a file", { onclick: () => this.picker.click() });
    this.context = el("div", { class: "context", hidden: true });
    this.keys = el("div", { class: "reply-keyboard", role: "group", "aria-label": "The bot's keyboard", hidden: true });
    this.line = el("div", { class: "composer-line" }, this.menu.button, attach, this.picker, this.input, this.send);
    this.blocked = el("div", { class: "composer-blocked", hidden: true });
    byId("composer").append(this.menu.panel, this.context, this.line, this.blocked, this.keys);
    this.input.addEventListener("input", () => this.grow());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.picker.addEventListener("change", () => this.attach(this.picker.files[0]));
    this.input.addEventListener("paste", (event) => {
      const [file] = event.clipboardData.files;
      if (file) {
        event.preventDefault();
        this.attach(file);
      }
    });
  }

  key(event) {
    if (this.menu.handle(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape") {
      this.clearContext();
    }
  }

  opened() {
    if (this.chatId !== undefined) this.drafts.set(this.chatId, this.input.value);
    this.chatId = this.store.current ?? undefined;
    this.input.value = this.drafts.get(this.chatId) ?? "";
    this.clearContext();
    this.grow();
    this.update();
    this.showKeyboard();
    if (this.store.chat && matchMedia("(min-width: 720px)").matches) this.input.focus();
  }

  update() {
    const chat = this.store.chat;
    if (!chat) return;
    const reason = this.unavailable(chat);
    this.line.hidden = reason !== null;
    this.blocked.hidden = reason === null;
    const unblock = chat.blocked
      ? el("button", { type: "button", class: "primary", onclick: () => attempt(() => api.block(chat.id, false)) }, "Unblock")
      : null;
    fill(this.blocked, el("span", {}, reason ?? ""), unblock);
  }

  unavailable(chat) {
    if (chat.type === "private") return chat.blocked ? "The bot is blocked." : null;
    return this.store.me === null ? "Nobody of the people here can write." : null;
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, MAX_HEIGHT)}px`;
    this.send.disabled = !this.file && this.input.value.trim() === "";
    this.menu.typed(this.input.value);
  }

  fill(text) {
    this.input.value = text;
    this.grow();
    this.input.focus();
  }

  reply(message) {
    this.replyTo = message;
    this.showContext("reply", this.store.nameOf(message.from_id), summary(message, this.store));
    this.input.focus();
  }

  attach(file) {
    this.picker.value = "";
    if (!file) return;
    this.file = file;
    this.showContext("file", file.name, fileSize(file.size));
    this.grow();
    this.input.focus();
  }

  showContext(name, title, text) {
    const close = iconButton("close", "Cancel", { onclick: () => this.clearContext() });
    const parts = [icon(name), el("span", { class: "context-text" }, el("strong", {}, title), el("span", {}, text))];
    if (this.file && PICTURES.includes(this.file.type)) {
      this.asPhoto = el("input", { type: "checkbox", checked: true });
      parts.push(el("label", { class: "as-photo" }, this.asPhoto, "as a photo"));
    }
    this.context.replaceChildren(...parts, close);
    this.context.hidden = false;
  }

  clearContext() {
    this.file = null;
    this.asPhoto = null;
    this.replyTo = null;
    this.context.hidden = true;
    this.context.replaceChildren();
  }

  async submit() {
    const text = this.input.value.trim();
    if (this.file) await this.sendFile(text);
    else if (text) await this.sendText(text);
  }

  async sendText(text) {
    const sent = await attempt(() => api.sendText(this.store.current, this.store.me, text, this.replyTo?.message_id));
    if (sent) this.done();
  }

  async sendFile(caption) {
    const { file } = this;
    const photo = this.asPhoto?.checked ?? false;
    const content = await base64(file);
    const body = { name: file.name, content, content_type: file.type || null, photo, caption: caption || null };
    const sent = await attempt(() => api.sendFile(this.store.current, this.store.me, body));
    if (sent) this.done();
  }

  done() {
    this.input.value = "";
    this.clearContext();
    this.grow();
    this.input.focus();
  }

  // The keyboard of the latest message that shows or removes one.
  showKeyboard() {
    const messages = [...(this.store.messages.get(this.store.current)?.values() ?? [])];
    const markup = messages.findLast((message) => message.reply_markup?.keyboard || message.reply_markup?.remove_keyboard)?.reply_markup;
    const rows = markup?.keyboard ?? [];
    this.keys.hidden = rows.length === 0;
    this.keys.replaceChildren(
      ...rows.map((row) => el("div", { class: "key-row" }, row.map((button) => this.replyKey(button)))),
    );
    this.input.placeholder = markup?.input_field_placeholder ?? "Message";
  }

  replyKey(button) {
    const text = typeof button === "string" ? button : button.text;
    const plain = typeof button === "string" || Object.keys(button).every((name) => ["text", "style"].includes(name));
    const act = () => (plain ? this.sendText(text) : notify("This page cannot share that."));
    return el("button", { type: "button", class: "key", onclick: act }, el("span", { class: "key-text" }, text));
  }
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
