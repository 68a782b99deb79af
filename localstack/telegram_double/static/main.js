// The chat page: plays the people who talk to the bot.

import { ChatList } from "./chatlist.js";
import { Composer } from "./composer.js";
import { addDialog } from "./dialogs.js";
import { byId, icon } from "./dom.js";
import { Header } from "./header.js";
import { alertBox, notify } from "./notices.js";
import { Store } from "./store.js";
import { Thread } from "./thread.js";

const store = new Store();
const composer = new Composer(store);
new ChatList(store);
new Header(store);
new Thread(store, {
  command: (text) => composer.sendText(text),
  reply: (message) => composer.reply(message),
});

byId("add").append(icon("add"));
byId("add").addEventListener("click", () => addDialog(store));
document.addEventListener("visibilitychange", () => store.read());
store.addEventListener("connection", ({ detail }) => {
  byId("connection").hidden = detail.connected;
});
store.addEventListener("answer", ({ detail }) => {
  if (detail.text) (detail.show_alert ? alertBox : notify)(detail.text);
  if (detail.url) window.open(detail.url, "_blank", "noopener,noreferrer");
});
store.addEventListener("payment", ({ detail }) => {
  notify(detail.error ?? "Paid");
});

await store.load();
const wanted = Number(new URLSearchParams(location.search).get("chat"));
if (store.chats.has(wanted)) await store.open(wanted);
else if (store.chats.size > 0 && matchMedia("(min-width: 720px)").matches) {
  await store.open([...store.chats.keys()].at(-1));
}
