// The bar above the conversation: with whom, what the bot is doing, and what can be done.

import { api } from "./api.js";
import { avatar, byId, el, fill, iconButton } from "./dom.js";
import { attempt } from "./notices.js";

const ACTION_MS = 5000;
const ACTIONS = {
  typing: "typing…",
  upload_document: "sending a file…",
  upload_photo: "sending a photo…",
  find_location: "finding a location…",
};

export class Header {
  constructor(store) {
    this.store = store;
    this.element = byId("chat-bar");
    this.doing = null;
    for (const kind of ["loaded", "opened", "chat"]) store.addEventListener(kind, () => this.show());
    store.addEventListener("action", (event) => this.startAction(event.detail));
    store.addEventListener("message", (event) => {
      if (event.detail.message.from_bot) this.stopAction();
    });
  }

  startAction({ chat_id: chatId, action }) {
    if (chatId !== this.store.current) return;
    clearTimeout(this.timer);
    this.doing = ACTIONS[action] ?? "working…";
    this.timer = setTimeout(() => this.stopAction(), ACTION_MS);
    this.showStatus();
  }

  stopAction() {
    clearTimeout(this.timer);
    this.doing = null;
    this.showStatus();
  }

  show() {
    const chat = this.store.chat;
    byId("open-chat").hidden = !chat;
    byId("nothing-chosen").hidden = Boolean(chat);
    byId("app").dataset.view = chat ? "chat" : "list";
    if (!chat) return;
    const inPrivate = chat.type === "private";
    const title = inPrivate ? this.store.bot.first_name : chat.title;
    this.status = el("span", { class: "bar-status" });
    const open = this.element.querySelector("details")?.open ?? false;
    fill(
      this.element,
      iconButton("back", "Back to the chats", { class: "back", onclick: () => this.store.close() }),
      avatar(title, inPrivate ? this.store.bot.id : chat.id, "small"),
      el("span", { class: "bar-text" }, el("h2", { class: "bar-title" }, title), this.status),
      this.identity(chat),
      this.menu(chat, open),
    );
    this.showStatus();
  }

  showStatus() {
    const chat = this.store.chat;
    if (!chat || !this.status) return;
    this.status.classList.toggle("busy", Boolean(this.doing));
    this.status.textContent = this.doing ?? describe(chat);
  }

  identity(chat) {
    const people = chat.type === "private" ? [] : this.store.peopleIn(chat);
    if (people.length < 2) return null;
    const options = people.map((user) =>
      el("option", { value: user.id, selected: user.id === this.store.me }, this.store.nameOf(user.id)),
    );
    const change = (event) => {
      this.store.actingAs.set(chat.id, Number(event.target.value));
      this.store.tell("identity");
    };
    return el("label", { class: "identity" }, el("span", { class: "quiet" }, "as"), el("select", { "aria-label": "Write as", onchange: change }, options));
  }

  menu(chat, open) {
    const items = [];
    if (chat.type === "private") {
      items.push([chat.blocked ? "Unblock the bot" : "Block the bot", () => api.block(chat.id, !chat.blocked)]);
    } else {
      const present = !["left", "kicked"].includes(chat.bot_status);
      items.push([present ? "Remove the bot" : "Add the bot", () => api.setMember(chat.id, this.store.bot.id, present ? "kicked" : "member")]);
      if (present && chat.bot_status !== "administrator") {
        items.push(["Make the bot administrator", () => api.setMember(chat.id, this.store.bot.id, "administrator")]);
      }
    }
    const menu = el("details", { class: "menu", open });
    const rows = items.map(([label, act]) =>
      el("button", { type: "button", class: "menu-item", onclick: () => { menu.open = false; attempt(act); } }, label),
    );
    const facts = el("p", { class: "menu-facts" }, `Chat ${chat.id}`);
    const summaryButton = el("summary", { class: "icon-button", "aria-label": "More" }, iconButton("more", "More").firstChild);
    menu.append(summaryButton, el("div", { class: "menu-panel" }, rows, facts));
    menu.addEventListener("focusout", (event) => {
      if (!menu.contains(event.relatedTarget)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") menu.open = false;
    });
    return menu;
  }
}

function describe(chat) {
  if (chat.type === "private") return chat.blocked ? `blocked by ${chat.title}` : `bot · you are ${chat.title}`;
  const count = chat.members.filter((member) => !["left", "kicked"].includes(member.status)).length;
  return `${chat.type} · ${count} ${count === 1 ? "member" : "members"}`;
}
