// The list of chats at the side.

import { summary } from "./bubble.js";
import { avatar, byId, clock, day, el } from "./dom.js";

export class ChatList {
  constructor(store) {
    this.store = store;
    this.element = byId("chats");
    this.empty = byId("no-chats");
    for (const kind of ["loaded", "chat", "opened"]) store.addEventListener(kind, () => this.show());
  }

  show() {
    const chats = [...this.store.chats.values()]
      .filter((chat) => chat.migrated_to === null)
      .sort((one, other) => latest(other) - latest(one) || other.id - one.id);
    this.empty.hidden = chats.length > 0;
    const focused = document.activeElement?.dataset?.chat;
    this.element.replaceChildren(...chats.map((chat) => this.row(chat)));
    if (focused) this.element.querySelector(`[data-chat="${focused}"]`)?.focus();
    const unread = chats.reduce((sum, chat) => sum + chat.unread, 0);
    document.title = unread > 0 ? `(${unread}) Chats` : "Chats";
  }

  row(chat) {
    const message = chat.last_message;
    const current = chat.id === this.store.current;
    const badge = chat.unread > 0
      ? el("span", { class: "badge", "aria-label": `${chat.unread} unread` }, String(chat.unread))
      : null;
    const preview = chat.blocked ? "Has blocked the bot" : summary(message, this.store);
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: `chat-row ${current ? "current" : ""}`,
          dataset: { chat: chat.id },
          "aria-current": current ? "true" : undefined,
          onclick: () => this.store.open(chat.id),
        },
        avatar(chat.title ?? "", chat.id),
        el(
          "span",
          { class: "chat-text" },
          el(
            "span",
            { class: "chat-line" },
            el("span", { class: "chat-name" }, chat.title ?? "", chat.type === "private" ? null : el("span", { class: "chat-kind" }, chat.type)),
            message ? el("time", { class: "chat-time" }, when(message.accepted_at)) : null,
          ),
          el("span", { class: "chat-line" }, el("span", { class: "chat-preview" }, preview), badge),
        ),
      ),
    );
  }
}

function latest(chat) {
  return chat.last_message?.accepted_at ?? 0;
}

function when(seconds) {
  const label = day(seconds);
  return label === "Today" ? clock(seconds) : label.replace(/ \d{4}$/, "");
}
