// What the page knows, kept up to date by the event stream.

import { api, listen } from "./api.js";

export class Store extends EventTarget {
  constructor() {
    super();
    this.bot = null;
    this.users = new Map();
    this.chats = new Map();
    this.messages = new Map();
    this.current = null;
    this.actingAs = new Map();
    this.presses = new Map();
    this.source = null;
  }

  async load() {
    this.source?.close();
    const [people, listed] = await Promise.all([api.users(), api.chats()]);
    this.bot = people.bot;
    this.users = new Map(people.users.map((user) => [user.id, user]));
    this.chats = new Map(listed.chats.map((chat) => [chat.id, chat]));
    this.messages.clear();
    this.presses.clear();
    if (!this.chats.has(this.current)) this.current = null;
    if (this.current !== null) await this.loadMessages(this.current);
    this.source = listen(
      listed.cursor,
      (event) => this.take(event),
      (connected) => this.tell("connection", { connected }),
    );
    this.tell("loaded");
  }

  tell(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  async open(chatId) {
    this.current = chatId;
    await this.loadMessages(chatId);
    this.tell("opened");
    this.read();
  }

  close() {
    this.current = null;
    this.tell("opened");
  }

  async loadMessages(chatId) {
    const { messages } = await api.messages(chatId);
    const visible = messages.filter((message) => message.deleted_at === null);
    this.messages.set(chatId, new Map(visible.map((message) => [message.message_id, message])));
  }

  read() {
    const chat = this.chats.get(this.current);
    if (!chat || chat.unread === 0 || document.visibilityState !== "visible") return;
    chat.unread = 0;
    api.markRead(chat.id).catch(() => {});
    this.tell("chat", { chat });
  }

  get chat() {
    return this.chats.get(this.current) ?? null;
  }

  // The person this page plays in a chat: its owner in a private chat, a member of one's choice elsewhere.
  get me() {
    const chat = this.chat;
    if (!chat) return null;
    if (chat.type === "private") return chat.id;
    const people = this.peopleIn(chat);
    const chosen = this.actingAs.get(chat.id);
    return people.some((user) => user.id === chosen) ? chosen : (people[0]?.id ?? null);
  }

  peopleIn(chat) {
    return chat.members
      .filter((member) => !member.user.is_bot && !["left", "kicked"].includes(member.status))
      .map((member) => member.user);
  }

  nameOf(userId) {
    if (userId === this.bot?.id) return this.bot.first_name;
    const user = this.users.get(userId);
    return user ? [user.first_name, user.last_name].filter(Boolean).join(" ") : "Somebody";
  }

  async take(event) {
    if (event.chat) this.chats.set(event.chat.id, event.chat);
    switch (event.kind) {
      case "reset":
        await this.load();
        return;
      case "chat":
        await this.learnPeople(event.chat);
        break;
      case "message":
      case "edit":
      case "reaction":
        this.keep(event.message, event.kind);
        break;
      case "delete":
        this.messages.get(event.chat_id)?.delete(event.message_id);
        this.tell("deleted", event);
        break;
      case "callback_answer":
        this.answered(event);
        break;
      default:
        this.tell(event.kind, event);
    }
    if (event.chat) {
      this.tell("chat", { chat: event.chat });
      if (event.chat_id === this.current) this.read();
    }
  }

  async learnPeople(chat) {
    const known = chat.type === "private" ? this.users.has(chat.id) : true;
    if (known && chat.members.every((member) => member.user.is_bot || this.users.has(member.user.id))) return;
    const people = await api.users();
    this.users = new Map(people.users.map((user) => [user.id, user]));
  }

  keep(message, kind) {
    if (!message || message.deleted_at !== null) return;
    this.messages.get(message.chat_id)?.set(message.message_id, message);
    this.tell(kind === "message" ? "message" : "changed", { message });
  }

  // Pressed buttons spin until the bot answers.

  pressed(message, button, queryId) {
    this.presses.set(queryId, { message, button });
    this.tell("changed", { message: this.messages.get(message.chat_id)?.get(message.message_id) ?? message });
    setTimeout(() => this.release(queryId), 15_000);
  }

  isPressed(message, button) {
    return [...this.presses.values()].some(
      (press) =>
        press.message.message_id === message.message_id &&
        press.message.chat_id === message.chat_id &&
        press.button.callback_data === button.callback_data,
    );
  }

  release(queryId) {
    const press = this.presses.get(queryId);
    if (!press) return;
    this.presses.delete(queryId);
    const message = this.messages.get(press.message.chat_id)?.get(press.message.message_id);
    if (message) this.tell("changed", { message });
  }

  answered(event) {
    this.release(event.callback_query_id);
    if (event.chat_id === this.current) this.tell("answer", event.answer);
  }
}
