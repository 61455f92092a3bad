// What the page knows, and who wants to hear of it.

const listeners = new Map();

export function on(event, listener) {
  if (!listeners.has(event)) listeners.set(event, []);
  listeners.get(event).push(listener);
}

export function emit(event, ...details) {
  for (const listener of listeners.get(event) ?? []) listener(...details);
}

// Storage may be forbidden (private windows): then nothing is remembered.
export function remember(name, value) {
  try {
    localStorage.setItem(`guanjia.${name}`, JSON.stringify(value));
  } catch {
    // Not worth a word.
  }
}

export function recall(name, fallback) {
  try {
    return JSON.parse(localStorage.getItem(`guanjia.${name}`)) ?? fallback;
  } catch {
    return fallback;
  }
}

export const state = {
  bot: "大管家",
  groups: [],
  private: null,
  members: [],
  phrases: [],
  steps: [],
  clock: null,
  clockAt: 0, // this browser's time when `clock` was read
  latest: 0,
  me: recall("me", "王敏"),
  here: recall("here", "项目群"),
  added: recall("added", []), // names that the visitor made up
  read: recall("read", {}), // the last message seen, by chat
};

const chats = new Map(); // chat → { lines: sorted by id, full: whole beginning loaded }

export function talkOf(chat) {
  if (!chats.has(chat)) chats.set(chat, { lines: [], loaded: false, complete: false, last: null });
  return chats.get(chat);
}

// Adds what is new, in the order of ids. Gives the lines that were not known.
export function merge(chat, lines) {
  const talk = talkOf(chat);
  const known = new Set(talk.lines.map((line) => line.id));
  const fresh = lines.filter((line) => !known.has(line.id));
  if (fresh.length) {
    talk.lines.push(...fresh);
    talk.lines.sort((a, b) => a.id - b.id);
    noteLast(chat, talk.lines.at(-1));
  }
  return fresh;
}

export function noteLast(chat, line) {
  const talk = talkOf(chat);
  if (line && (!talk.last || line.id > talk.last.id)) talk.last = line;
}

export function markRead(chat) {
  const last = talkOf(chat).last;
  if (last && (state.read[chat] ?? 0) < last.id) {
    state.read[chat] = last.id;
    remember("read", state.read);
  }
}

export function isUnread(chat) {
  const last = talkOf(chat).last;
  return Boolean(last) && last.sender !== state.me && (state.read[chat] ?? 0) < last.id;
}

export function names() {
  const all = [...state.members.map((each) => each.name), ...state.added];
  return [...new Set(all)];
}

// Longest first, so that 张三丰 is not read as 张三.
export const mentionable = () =>
  [...names(), state.bot].sort((a, b) => b.length - a.length);

export const aboutMember = (name) =>
  state.members.find((each) => each.name === name)?.about ?? "";

export const PRIVATE = "私聊:";

// Whether the bot has told somebody something that they have not seen.
export const hasUnreadPrivate = (name) => isUnread(PRIVATE + name);

export const isPrivate = (chat) => chat === state.private?.id;
