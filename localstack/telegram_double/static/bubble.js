// One message.

import { api, fileUrl } from "./api.js";
import { avatar, clock, el, fileSize, icon, iconButton } from "./dom.js";
import { alertBox, attempt, notify } from "./notices.js";
import { copy, richText } from "./richtext.js";

const BUTTON_ICONS = { url: "link", copy_text: "copy", web_app: "link" };

export function summary(message, store) {
  if (!message) return "No messages yet";
  const notice = serviceText(message, store);
  if (notice) return notice;
  const { document: file, photo, invoice } = message.attachment;
  const text = message.text.replace(/\s+/g, " ");
  if (photo) return text ? `🖼 ${text}` : "🖼 Photo";
  if (file) return text ? `📎 ${text}` : `📎 ${file.file_name}`;
  if (invoice) return `⭐ ${invoice.title}`;
  return text;
}

export function serviceText(message, store) {
  const facts = message.attachment;
  const who = store.nameOf(message.from_id);
  if (facts.new_chat_members) return `${facts.new_chat_members.map((user) => user.first_name).join(", ")} joined`;
  if (facts.left_chat_member) return `${facts.left_chat_member.first_name} left`;
  if (facts.pinned_message) return `${who} pinned a message`;
  if (facts.migrate_to_chat_id) return "The group became a supergroup";
  if (facts.migrate_from_chat_id) return "This supergroup was a group before";
  if (facts.successful_payment) return `${who} paid ${facts.successful_payment.total_amount} Stars`;
  if (facts.refunded_payment) return `${facts.refunded_payment.total_amount} Stars were refunded`;
  return null;
}

export function bubble(message, store, actions) {
  const notice = serviceText(message, store);
  if (notice) {
    return el("div", { class: "service", dataset: { message: message.message_id } }, el("span", {}, notice));
  }
  const mine = !message.from_bot && message.from_id === store.me;
  const group = store.chat?.type !== "private";
  const body = el("div", { class: bodyClass(message) }, content(message, store, actions, group && !mine));
  const column = el("div", { class: "bubble-column" }, body, keyboard(message, store));
  const reply = iconButton("reply", "Reply", { class: "reply-button", onclick: () => actions.reply(message) });
  return el(
    "article",
    {
      class: `message ${mine ? "mine" : "theirs"}`,
      dataset: { message: message.message_id },
      "aria-label": `${store.nameOf(message.from_id)}, ${clock(message.accepted_at)}`,
    },
    group && !mine ? avatar(store.nameOf(message.from_id), message.from_id, "tiny") : null,
    column,
    reply,
  );
}

function bodyClass(message) {
  const only = message.attachment.photo && !message.text ? "photo-only" : "";
  return `bubble ${message.attachment.photo ? "has-photo" : ""} ${only}`.trim();
}

function content(message, store, actions, named) {
  const text = message.text
    ? el("div", { class: "text", dir: "auto" }, richText(message.text, message.entities, actions.command))
    : null;
  return [
    named ? el("p", { class: `sender hue-text-${Math.abs(message.from_id) % 7}` }, store.nameOf(message.from_id)) : null,
    forwarded(message),
    quote(message, store, actions),
    photo(message),
    file(message),
    invoice(message),
    text,
    footer(message),
  ];
}

function footer(message) {
  const reactions = message.reactions.map((reaction) => el("span", { class: "reaction" }, reaction.emoji ?? "★"));
  const when = new Date(message.accepted_at * 1000);
  return el(
    "p",
    { class: "meta" },
    ...reactions,
    el("span", { class: "spacer" }),
    message.edited_at ? el("span", { class: "edited" }, "edited") : null,
    el("time", { datetime: when.toISOString(), title: when.toLocaleString() }, clock(message.accepted_at)),
  );
}

function forwarded(message) {
  const origin = message.extra.forward_origin;
  if (!origin) return null;
  return el("p", { class: "forwarded" }, `Forwarded from ${origin.sender_user?.first_name ?? origin.chat?.title ?? "somebody"}`);
}

function quote(message, store, actions) {
  if (!message.reply_to_message_id) return null;
  const original = store.messages.get(message.chat_id)?.get(message.reply_to_message_id);
  const author = original ? store.nameOf(original.from_id) : "Message";
  return el(
    "button",
    { type: "button", class: "reply-quote", onclick: () => actions.show(message.reply_to_message_id) },
    el("strong", {}, author),
    el("span", {}, original ? summary(original, store) : "Deleted message"),
  );
}

function photo(message) {
  const size = message.attachment.photo?.at(-1);
  if (!size) return null;
  const picture = el("img", {
    class: `photo ${message.extra.has_media_spoiler ? "blurred" : ""}`.trim(),
    src: fileUrl(size.file_id),
    width: size.width,
    height: size.height,
    alt: message.text || "Photo",
    loading: "lazy",
  });
  picture.style.width = `${size.width}px`;
  return el("a", { href: fileUrl(size.file_id), target: "_blank", rel: "noopener", class: "photo-link" }, picture);
}

function file(message) {
  const document = message.attachment.document;
  if (!document) return null;
  const extension = document.file_name.includes(".") ? document.file_name.split(".").at(-1).slice(0, 4) : "";
  return el(
    "a",
    { class: "file", href: fileUrl(document.file_id), download: document.file_name },
    el("span", { class: "file-icon" }, extension ? el("span", {}, extension) : icon("file")),
    el(
      "span",
      { class: "file-text" },
      el("span", { class: "file-name" }, document.file_name),
      el("span", { class: "file-size" }, `${fileSize(document.file_size)} · Download`),
    ),
  );
}

function invoice(message) {
  const facts = message.attachment.invoice;
  if (!facts) return null;
  return el(
    "div",
    { class: "invoice" },
    el("strong", {}, facts.title),
    el("p", {}, facts.description),
    el("p", { class: "price" }, `⭐ ${facts.total_amount} Stars`),
  );
}

function keyboard(message, store) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  const built = rows.map((row) =>
    el("div", { class: "key-row" }, row.map((button) => key(message, button, store))),
  );
  return el("div", { class: "inline-keyboard", role: "group", "aria-label": "Buttons of this message" }, built);
}

function key(message, button, store) {
  const mark = Object.keys(BUTTON_ICONS).find((name) => name in button);
  const style = button.style ? `key-${button.style}` : "";
  const label = [el("span", { class: "key-text" }, button.text), mark ? icon(BUTTON_ICONS[mark]) : null];
  if (button.url) {
    return el("a", { class: `key ${style}`, href: button.url, target: "_blank", rel: "noopener noreferrer", title: button.url }, label);
  }
  const busy = button.callback_data !== undefined && store.isPressed(message, button);
  return el(
    "button",
    {
      type: "button",
      class: `key ${style} ${busy ? "busy" : ""}`,
      "aria-busy": busy ? "true" : undefined,
      onclick: () => act(message, button, store),
    },
    label,
  );
}

async function act(message, button, store) {
  if (button.copy_text) {
    await copy(button.copy_text.text);
  } else if (button.callback_data !== undefined) {
    if (store.isPressed(message, button)) return;
    const query = await attempt(() => api.press(message, store.me, button));
    if (query) store.pressed(message, button, query.callback_query_id);
  } else if (button.pay) {
    const query = await attempt(() => api.pay(message, store.me));
    if (query) notify("Paying…");
  } else if ("switch_inline_query" in button || "switch_inline_query_current_chat" in button) {
    const typed = button.switch_inline_query_current_chat ?? button.switch_inline_query;
    store.tell("prefill", { text: `@${store.bot.username} ${typed}` });
  } else {
    alertBox("This page cannot show what the button opens.");
  }
}
