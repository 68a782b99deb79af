// The bot's command menu: a button, and a list while a command is being typed.

import { api } from "./api.js";
import { byId, el } from "./dom.js";
import { attempt } from "./notices.js";

export class CommandMenu {
  constructor(store, input, onPick) {
    this.store = store;
    this.input = input;
    this.onPick = onPick;
    this.commands = [];
    this.shown = [];
    this.chosen = 0;
    this.button = el(
      "button",
      { type: "button", class: "menu-button", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": "commands", onclick: () => this.toggle() },
      el("span", { class: "menu-lines", "aria-hidden": "true" }),
      el("span", { class: "menu-label" }, "Menu"),
    );
    this.panel = el("ul", { class: "commands", id: "commands", role: "listbox", "aria-label": "Commands", hidden: true });
    input.setAttribute("aria-controls", "commands");
    for (const kind of ["opened", "loaded", "commands", "identity"]) store.addEventListener(kind, () => this.load());
    document.addEventListener("pointerdown", (event) => {
      if (!this.panel.contains(event.target) && !this.button.contains(event.target)) this.hide();
    });
  }

  async load() {
    this.hide();
    const { current, me } = this.store;
    if (current === null || me === null) return;
    const answer = await attempt(() => api.commands(current, me));
    if (!answer || current !== this.store.current) return;
    this.commands = answer.commands;
    this.button.hidden = this.commands.length === 0;
    const welcome = byId("welcome-text");
    if (welcome && answer.description) welcome.textContent = answer.description;
  }

  get open() {
    return !this.panel.hidden;
  }

  toggle() {
    if (this.open) this.hide();
    else this.show(this.commands);
    this.input.focus();
  }

  typed(text) {
    const match = /^\/([a-z0-9_]*)$/i.exec(text);
    const fitting = match ? this.commands.filter((item) => item.command.startsWith(match[1].toLowerCase())) : [];
    if (fitting.length > 0) this.show(fitting);
    else this.hide();
  }

  show(commands) {
    if (commands.length === 0) return;
    this.shown = commands;
    this.chosen = 0;
    this.panel.replaceChildren(...commands.map((item, index) => this.row(item, index)));
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.mark();
  }

  hide() {
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  row(item, index) {
    return el(
      "li",
      { class: "command", role: "option", id: `command-${index}`, onclick: () => this.pick(index) },
      el("span", { class: "command-name" }, `/${item.command}`),
      el("span", { class: "command-text" }, item.description),
    );
  }

  mark() {
    [...this.panel.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === this.chosen)));
    this.panel.children[this.chosen]?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", `command-${this.chosen}`);
  }

  pick(index) {
    const item = this.shown[index];
    this.hide();
    this.onPick(`/${item.command}`);
  }

  // Keys while the list is open; true if the key was for it.
  handle(event) {
    if (!this.open) return false;
    const count = this.shown.length;
    if (event.key === "ArrowDown") this.chosen = (this.chosen + 1) % count;
    else if (event.key === "ArrowUp") this.chosen = (this.chosen + count - 1) % count;
    else if (event.key === "Enter") this.pick(this.chosen);
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Tab") {
      this.input.value = `/${this.shown[this.chosen].command} `;
      this.hide();
    } else return false;
    event.preventDefault();
    if (this.open) this.mark();
    return true;
  }
}
