// One chat's messages: bubbles, time separators, quotes.

import { get } from "./api.js";
import { body } from "./card.js";
import { avatar, find, h, icon, toast } from "./dom.js";
import { dayAndTime, minutesBetween } from "./moment.js";
import { emit, isPrivate, merge, on, state, talkOf } from "./store.js";

const NEAR = 90; // pixels from the bottom that still count as reading the end
const GAP = 5; // minutes of silence before the time is shown again
const TOGETHER = 3; // minutes within which one person's messages stand together

let waiting = []; // sent, and not yet seen in the transcript
let missed = 0;

export function startTalk() {
  const log = find("log");
  log.addEventListener("scroll", () => {
    if (atBottom()) showMissed(0);
    if (log.scrollTop < 40) loadEarlier();
  });
  find("to-bottom").addEventListener("click", toBottom);
  new ResizeObserver(() => { if (glued) toBottom(); }).observe(log);
  log.addEventListener("scroll", () => { glued = atBottom(); });
}

let glued = true;

const atBottom = () => {
  const log = find("log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
};

export function toBottom() {
  const log = find("log");
  log.scrollTop = log.scrollHeight;
  glued = true;
  showMissed(0);
}

function showMissed(count) {
  missed = count;
  const button = find("to-bottom");
  button.hidden = count === 0;
  button.replaceChildren(icon("down"), `${count} 条新消息`);
}

export function drawTalk() {
  const talk = talkOf(state.here);
  const group = state.groups.find((each) => each.id === state.here);
  const alone = isPrivate(state.here);
  find("title").replaceChildren(h("bdi", {}, alone ? state.bot : state.here));
  find("subtitle").textContent = alone ? `和${state.me}的私聊，只有你们两个看得到` : (group?.about ?? "");
  const rows = talk.lines.flatMap((line, index) => rowsOf(line, talk.lines[index - 1]));
  if (!rows.length) rows.push(welcome(alone));
  find("log").replaceChildren(...rows, ...waitingHere().map(waitingRow));
  toBottom();
}

// New lines at the end; the reader is only moved along if they were at the end.
export function addLines(fresh) {
  if (!fresh.length) return;
  const log = find("log");
  const stay = !atBottom();
  const talk = talkOf(state.here);
  for (const line of fresh) {
    const index = waiting.findIndex((each) => each.group === line.group && (each.id === line.id
      || (each.id === undefined && each.sender === line.sender && each.text === line.text)));
    if (index >= 0) waiting.splice(index, 1)[0].row?.remove();
  }
  log.querySelector(".welcome")?.remove();
  const firstWaiting = log.querySelector(".waiting");
  for (const line of fresh) {
    const before = talk.lines[talk.lines.indexOf(line) - 1];
    for (const row of rowsOf(line, before)) log.insertBefore(row, firstWaiting);
    if (line.sender !== state.me) announce(line);
  }
  const mine = fresh.some((line) => line.sender === state.me);
  if (stay && !mine) showMissed(missed + fresh.length);
  else toBottom();
}

function announce(line) {
  find("live").textContent = `${line.sender}：${line.text.slice(0, 300)}`;
}

async function loadEarlier() {
  const talk = talkOf(state.here);
  if (talk.complete || talk.loading || !talk.lines.length) return;
  talk.loading = true;
  const chat = state.here;
  try {
    const query = { group: chat, sender: state.me, before: talk.lines[0].id };
    const messages = await get("/console/messages", query);
    talk.complete = messages.length < 200;
    merge(chat, messages);
    if (chat === state.here && messages.length) {
      const log = find("log");
      const fromEnd = log.scrollHeight - log.scrollTop;
      drawTalk();
      log.scrollTop = log.scrollHeight - fromEnd;
    }
  } catch (error) {
    toast(error.message);
  } finally {
    talk.loading = false;
  }
}

function rowsOf(line, before) {
  const rows = [];
  const quiet = before ? minutesBetween(before.at, line.at) : Infinity;
  if (quiet >= GAP || before.at.slice(0, 10) !== line.at.slice(0, 10)) {
    rows.push(h("div", { class: "when" },
      h("time", { datetime: line.at }, dayAndTime(line.at, state.clock.now))));
  }
  if (line.kind === "note") {
    rows.push(h("div", { class: "note", "data-id": line.id }, h("bdi", {}, line.text)));
    return rows;
  }
  const together = rows.length === 0 && before.kind !== "note"
    && before.sender === line.sender && quiet < TOGETHER;
  // Right under what it answers, or under the click on it, a quote says nothing new.
  const near = [before?.id, before?.kind === "note" ? before.reply_to : null];
  rows.push(row(line, { together, quote: line.reply_to && !near.includes(line.reply_to) }));
  return rows;
}

function row(line, { together, quote }) {
  const mine = line.sender === state.me;
  const bot = line.sender === state.bot;
  return h("article", {
    class: `line${mine ? " mine" : ""}${together ? " together" : ""}`,
    "data-id": line.id,
    "aria-label": `${line.sender}，${line.at.slice(11, 16)}`,
  },
  together ? h("span", { class: "avatar-room" }) : avatar(line.sender, state.bot),
  h("div", { class: "line-words" },
    together ? null : h("div", { class: "who" },
      h("bdi", {}, line.sender), bot ? h("span", { class: "tag" }, "机器人") : null),
    h("div", { class: "bubble-row" },
      h("div", { class: `bubble ${line.kind}` }, quote ? quoteOf(line.reply_to) : null, body(line)),
      h("button", {
        type: "button", class: "reply", "aria-label": `回复${line.sender}`, title: "回复",
        onclick: () => emit("quote", line),
      }, icon("reply")))));
}

function quoteOf(id) {
  const line = talkOf(state.here).lines.find((each) => each.id === id);
  if (!line) return h("div", { class: "quote" }, "回复较早的消息");
  return h("button", { type: "button", class: "quote", onclick: () => goTo(id) },
    h("bdi", {}, `${line.kind === "note" ? "" : `${line.sender}：`}${line.text.slice(0, 120)}`));
}

function goTo(id) {
  const target = find("log").querySelector(`[data-id="${Number(id)}"]`);
  if (!target) return;
  target.scrollIntoView({ block: "center" });
  target.classList.remove("flash");
  requestAnimationFrame(() => target.classList.add("flash"));
}

function welcome(alone) {
  const words = alone
    ? ["这是你和大管家的私聊", "直接说就行，不用 @。输入 / 看看都能说什么。"]
    : [`这里是${state.here}`, "像平时一样说话；要找大管家，就 @大管家，或者直接用命令开头。"];
  return h("div", { class: "welcome" },
    h("img", { src: "/console/static/icon.svg", alt: "", width: 56, height: 56 }),
    h("h3", {}, words[0]), h("p", {}, words[1]));
}

// --- on its way ------------------------------------------------------------------------

const waitingHere = () => waiting.filter((each) => each.group === state.here);

export function showWaiting(message) {
  waiting.push(message);
  if (message.group !== state.here) return;
  find("log").querySelector(".welcome")?.remove();
  find("log").append(waitingRow(message));
  toBottom();
}

export function settled(message) {
  if (!talkOf(message.group).lines.some((line) => line.id === message.id)) return;
  message.row?.remove();
  waiting = waiting.filter((each) => each !== message);
}

export function failed(message, retry) {
  message.retry = retry;
  if (message.row.isConnected) message.row.replaceWith(waitingRow(message));
  else if (retry && message.group === state.here) unheard(retry);
}

// It stands in the transcript, but the bot did not get through with it.
function unheard(retry) {
  const row = h("div", { class: "note" }, h("button", {
    type: "button", class: "retry", onclick: () => { row.remove(); retry(); },
  }, "大管家没处理好上面这句，点这里重试"));
  find("log").append(row);
  toBottom();
}

function waitingRow(message) {
  message.row = h("article", { class: `line mine waiting${message.retry ? " failed" : ""}` },
    avatar(message.sender, state.bot),
    h("div", { class: "line-words" },
      h("div", { class: "bubble-row" },
        h("div", { class: "bubble text" }, h("p", { class: "words" }, message.text))),
      message.retry
        ? h("button", { type: "button", class: "retry", onclick: () => message.retry() }, "没发出去，点这里重试")
        : null));
  return message.row;
}

on("grown", () => { if (glued) toBottom(); });

on("opened", () => {
  const alone = isPrivate(state.here);
  find("title").replaceChildren(h("bdi", {}, alone ? state.bot : state.here));
  find("log").replaceChildren();
  showMissed(0);
});
