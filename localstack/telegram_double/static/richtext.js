// Text with entities as DOM nodes. Offsets count UTF-16 units, which is what JavaScript strings are made of.

import { el, icon } from "./dom.js";
import { notify } from "./notices.js";

const SIMPLE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s" };
const SAFE_LINK = /^(https?|tg|ton|tonsite|mailto):/i;

export function richText(text, entities, onCommand) {
  const sorted = entities
    .map((entity) => ({ ...entity, end: entity.offset + entity.length }))
    .sort((one, other) => one.offset - other.offset || other.length - one.length);
  return nodes(text, 0, text.length, sorted, onCommand);
}

function nodes(text, start, end, entities, onCommand) {
  const result = [];
  let position = start;
  let rest = entities;
  while (rest.length > 0) {
    const [entity, ...others] = rest;
    if (entity.offset > position) result.push(text.slice(position, entity.offset));
    const inside = others
      .filter((other) => other.offset < entity.end)
      .map((other) => ({ ...other, end: Math.min(other.end, entity.end) }));
    const from = Math.max(entity.offset, position);
    result.push(wrap(text.slice(from, entity.end), entity, nodes(text, from, entity.end, inside, onCommand), onCommand));
    position = entity.end;
    rest = others.filter((other) => other.offset >= entity.end);
  }
  if (position < end) result.push(text.slice(position, end));
  return result;
}

function wrap(text, entity, children, onCommand) {
  if (entity.type in SIMPLE) return el(SIMPLE[entity.type], {}, children);
  switch (entity.type) {
    case "code":
      return copyable(el("code", {}, children), text);
    case "pre":
      return codeBlock(text, entity.language, children);
    case "spoiler":
      return spoiler(children);
    case "blockquote":
      return el("blockquote", {}, children);
    case "expandable_blockquote":
      return expandable(children);
    case "text_link":
      return link(entity.url, children);
    case "url":
      return link(text, children);
    case "email":
      return link(`mailto:${text}`, children);
    case "bot_command":
      return el("button", { type: "button", class: "inline-link", onclick: () => onCommand(text) }, children);
    case "mention":
    case "hashtag":
    case "cashtag":
    case "text_mention":
      return el("span", { class: "mention" }, children);
    default:
      return el("span", {}, children);
  }
}

function link(url, children) {
  if (!SAFE_LINK.test(url)) return el("span", {}, children);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url }, children);
}

function copyable(element, text) {
  element.tabIndex = 0;
  element.setAttribute("role", "button");
  element.title = "Copy";
  element.addEventListener("click", () => copy(text));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      copy(text);
    }
  });
  return element;
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    notify("Copied to the clipboard");
  } catch {
    notify("The browser does not allow copying here");
  }
}

function codeBlock(text, language, children) {
  const copyButton = el(
    "button",
    { type: "button", class: "code-copy", "aria-label": "Copy the code", onclick: () => copy(text) },
    icon("copy"),
  );
  const head = el("span", { class: "code-head" }, el("span", {}, language || "Code"), copyButton);
  return el("div", { class: "code-block" }, head, el("pre", { tabindex: "0" }, el("code", {}, children)));
}

function spoiler(children) {
  const hidden = el("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Hidden text, press to show" }, children);
  const show = () => {
    hidden.classList.add("shown");
    hidden.removeAttribute("role");
    hidden.removeAttribute("tabindex");
    hidden.removeAttribute("aria-label");
  };
  hidden.addEventListener("click", show);
  hidden.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      show();
    }
  });
  return hidden;
}

function expandable(children) {
  const quote = el("blockquote", { class: "expandable" }, el("span", { class: "quote-text" }, children));
  const toggle = el("button", { type: "button", class: "quote-toggle", "aria-expanded": "false" }, "Show more");
  toggle.addEventListener("click", () => {
    const open = quote.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
    toggle.textContent = open ? "Show less" : "Show more";
  });
  quote.append(toggle);
  return quote;
}
