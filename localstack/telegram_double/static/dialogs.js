// Adding people and chats.

import { api } from "./api.js";
import { el, iconButton } from "./dom.js";
import { attempt } from "./notices.js";

export function addDialog(store) {
  const person = personForm();
  const chat = chatForm(store);
  const tabs = [tab("Person", person, true), tab("Group or channel", chat, false)];
  chat.hidden = true;
  const choose = (wanted) => {
    for (const { button, form } of tabs) {
      button.setAttribute("aria-selected", String(form === wanted));
      form.hidden = form !== wanted;
    }
  };
  for (const { button, form } of tabs) button.addEventListener("click", () => choose(form));
  const close = iconButton("close", "Close", { class: "dialog-close" });
  const dialog = el(
    "dialog",
    { class: "dialog", "aria-label": "Add a person or a chat" },
    el("header", { class: "dialog-head" }, el("div", { class: "tabs", role: "tablist" }, tabs.map(({ button }) => button)), close),
    person,
    chat,
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  const finish = (form, add) =>
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const added = await attempt(() => add(new FormData(form)));
      if (!added) return;
      dialog.close();
      await store.load();
      await store.open(added.id);
    });
  finish(person, (data) => api.addUser(personOf(data)));
  finish(chat, (data) => api.addChat(chatOf(data)));
  document.body.append(dialog);
  dialog.showModal();
}

function tab(label, form, selected) {
  const button = el("button", { type: "button", role: "tab", class: "tab", "aria-selected": String(selected) }, label);
  return { button, form };
}

function field(label, name, properties = {}) {
  return el("label", { class: "field" }, el("span", {}, label), el("input", { name, autocomplete: "off", ...properties }));
}

function choice(label, name, options) {
  const built = options.map(([value, text]) => el("option", { value }, text));
  return el("label", { class: "field" }, el("span", {}, label), el("select", { name }, built));
}

function personForm() {
  return el(
    "form",
    { class: "form" },
    field("First name", "first_name", { required: true, maxlength: "64" }),
    field("Last name", "last_name", { maxlength: "64" }),
    field("Username", "username", { pattern: "[A-Za-z][A-Za-z0-9_]{2,31}", title: "Letters, digits and underscores" }),
    field("Language", "language_code", { value: "en", pattern: "[a-z]{2}", title: "Two letters, such as en" }),
    el("button", { type: "submit", class: "primary" }, "Add the person"),
  );
}

function chatForm(store) {
  const people = [...store.users.values()].map((user) =>
    el("label", { class: "check" }, el("input", { type: "checkbox", name: "member", value: user.id, checked: true }), store.nameOf(user.id)),
  );
  return el(
    "form",
    { class: "form" },
    field("Title", "title", { required: true, maxlength: "128" }),
    choice("Kind", "type", [["group", "Group"], ["supergroup", "Supergroup"], ["channel", "Channel"]]),
    choice("The bot is", "bot_status", [["member", "a member"], ["administrator", "an administrator"], ["left", "not there"]]),
    people.length > 0 ? el("fieldset", { class: "field" }, el("legend", {}, "Members"), people) : null,
    el("button", { type: "submit", class: "primary" }, "Add the chat"),
  );
}

function personOf(data) {
  return {
    first_name: data.get("first_name").trim(),
    last_name: data.get("last_name").trim() || null,
    username: data.get("username").trim() || null,
    language_code: data.get("language_code").trim() || null,
    started: false,
  };
}

function chatOf(data) {
  const ids = data.getAll("member");
  const members = Object.fromEntries(ids.map((id, index) => [id, index === 0 ? "creator" : "member"]));
  return { title: data.get("title").trim(), type: data.get("type"), bot_status: data.get("bot_status"), members };
}
