// The control API of the double.

export class Refused extends Error {}

async function ask(verb, path, body) {
  const response = await fetch(`/control${path}`, {
    method: verb,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.error ?? `Error ${response.status}`);
  return answer;
}

const messagePath = (message) => `/chats/${message.chat_id}/messages/${message.message_id}`;

export const api = {
  users: () => ask("GET", "/users"),
  chats: () => ask("GET", "/chats"),
  messages: (chatId) => ask("GET", `/chats/${chatId}/messages`),
  commands: (chatId, userId) => ask("GET", `/chats/${chatId}/commands?user_id=${userId}`),
  markRead: (chatId) => ask("POST", `/chats/${chatId}/read`, {}),
  sendText: (chatId, userId, text, replyTo) =>
    ask("POST", `/chats/${chatId}/text`, { user_id: userId, text, reply_to_message_id: replyTo ?? null }),
  sendFile: (chatId, userId, file) => ask("POST", `/chats/${chatId}/file`, { user_id: userId, ...file }),
  press: (message, userId, button) =>
    ask("POST", `${messagePath(message)}/press`, { user_id: userId, data: button.callback_data, text: button.text }),
  pay: (message, userId) =>
    ask("POST", "/payments", { user_id: userId, chat_id: message.chat_id, message_id: message.message_id }),
  block: (userId, blocked) => ask("POST", `/users/${userId}/block`, { blocked }),
  addUser: (user) => ask("POST", "/users", user),
  addChat: (chat) => ask("POST", "/chats", chat),
  setMember: (chatId, userId, status) => ask("POST", `/chats/${chatId}/members/${userId}`, { status }),
};

export const fileUrl = (fileId) => `/control/files/${encodeURIComponent(fileId)}`;

export function listen(since, onEvent, onConnection) {
  const source = new EventSource(`/control/events?since=${since}`);
  source.onopen = () => onConnection(true);
  source.onerror = () => onConnection(false);
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  return source;
}
