// The trial group's page: loads what there is, then listens for more.

import { get } from "./api.js";
import { drawChats } from "./chats.js";
import { catchUp, startClock } from "./clock.js";
import { startComposer } from "./composer.js";
import { find, icon, toast } from "./dom.js";
import { startGuide } from "./guide.js";
import { PRIVATE, emit, isPrivate, merge, markRead, noteLast, on, remember, state, talkOf } from "./store.js";
import { addLines, drawTalk, startTalk } from "./talk.js";

const WAIT = 25;
let listening = new AbortController();

async function refresh() {
  const seen = await get("/console/state", { sender: state.me });
  const first = state.latest === 0 && Object.keys(state.read).length === 0;
  Object.assign(state, {
    bot: seen.bot,
    groups: seen.groups,
    private: seen.private,
    members: seen.members,
    phrases: seen.phrases,
    steps: seen.steps,
    clock: seen.clock,
    clockAt: performance.now(),
  });
  state.latest = Math.max(state.latest, seen.latest);
  for (const chat of [...seen.groups, seen.private, ...seen.private_of_others]) {
    noteLast(chat.id, chat.last);
    if (first) markRead(chat.id);
  }
  emit("state");
}

async function load(chat) {
  const talk = talkOf(chat);
  if (talk.loaded) return;
  const messages = await get("/console/messages", { group: chat, sender: state.me });
  merge(chat, messages);
  talk.loaded = true;
  talk.complete = messages.length < 200;
}

export async function open(chat, { show = true } = {}) {
  state.here = chat;
  remember("here", isPrivate(chat) ? "" : chat);
  if (show) view("talk");
  emit("opened", chat);
  try {
    await load(chat);
  } catch (error) {
    toast(error.message);
  }
  if (state.here !== chat) return;
  markRead(chat);
  drawTalk();
  drawChats();
}

export async function speakAs(name) {
  if (name === state.me) return;
  const wasPrivate = isPrivate(state.here);
  state.me = name;
  remember("me", name);
  try {
    await refresh();
  } catch (error) {
    toast(error.message);
    return;
  }
  listening.abort();
  await open(wasPrivate ? state.private.id : state.here, { show: false });
}

async function listen() {
  let pause = 500;
  for (;;) {
    listening = new AbortController();
    try {
      const query = { after: state.latest, wait: WAIT, sender: state.me, everyone: 1 };
      const messages = await get("/console/messages", query, listening.signal);
      find("offline").hidden = true;
      pause = 500;
      take(messages);
    } catch (error) {
      if (error.name === "AbortError") continue;
      find("offline").hidden = false;
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(pause * 2, 8000);
    }
  }
}

function take(messages) {
  for (const line of messages) {
    state.latest = Math.max(state.latest, line.id);
    catchUp(line.at);
    noteLast(line.group, line);
    const known = state.groups.some((each) => each.id === line.group);
    if (!known && !line.group.startsWith(PRIVATE)) {
      state.groups.push({ id: line.group, about: "", last: line });
    }
    if (line.sender !== state.bot && !state.members.some((each) => each.name === line.sender)) {
      state.members.push({ name: line.sender, about: "" });
    }
  }
  const here = messages.filter((line) => line.group === state.here);
  for (const line of messages) {
    if (line.group !== state.here && talkOf(line.group).loaded) merge(line.group, [line]);
  }
  if (here.length) addLines(merge(state.here, here));
  if (!document.hidden) markRead(state.here);
  if (messages.length) {
    drawChats();
    emit("news");
  }
}

// On a phone the list and the talk are two screens, and "back" goes between them.
const phone = matchMedia("(max-width: 720px)");

function view(name) {
  const desk = find("desk");
  if (phone.matches && name === "talk" && desk.dataset.view === "list") {
    history.pushState({ view: "talk" }, "");
  }
  desk.dataset.view = name;
}

window.addEventListener("popstate", (event) => {
  find("desk").dataset.view = event.state?.view ?? "list";
});

function back() {
  if (history.state?.view === "talk") history.back();
  else view("list");
}

async function start() {
  find("back").append(icon("back"));
  find("back").addEventListener("click", back);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      markRead(state.here);
      drawChats();
    }
  });
  on("open", (chat) => open(chat));
  on("speak", (name) => speakAs(name));
  on("speak-and-open", async (name, chat, text) => {
    await speakAs(name);
    await open(chat);
    emit("fill", text);
  });
  for (let pause = 500; ; pause = Math.min(pause * 2, 8000)) {
    try {
      await refresh();
      break;
    } catch {
      find("offline").hidden = false;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  startTalk();
  startComposer();
  startClock();
  startGuide();
  const known = state.groups.some((each) => each.id === state.here);
  await open(known ? state.here : state.here === "" ? state.private.id : state.groups[0].id);
  listen();
}

start();
