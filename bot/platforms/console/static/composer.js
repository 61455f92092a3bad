// Where the visitor writes: as whom, to whom, answering what, with completion.

import { newKey, post } from "./api.js";
import { Completion } from "./complete.js";
import { avatar, find, h, icon, toast } from "./dom.js";
import { aboutMember, emit, hasUnreadPrivate, isPrivate, names, on, state } from "./store.js";
import { openPeople } from "./people.js";
import { failed, settled, showWaiting } from "./talk.js";

// Offered above an empty box, where the bot knows them.
const QUICK = ["卡点", "任务", "站会", "问", "决策", "风险", "看板", "帮助"];
const phone = matchMedia("(max-width: 720px)");
let box;
let speaker;
let quoteBar;
let hint;
let send;
let quoted = null;
let queue = Promise.resolve();
const drafts = new Map();

export function startComposer() {
  box = h("textarea", {
    id: "box", rows: 1, "aria-label": "消息", autocomplete: "off", enterkeyhint: "send",
    "aria-autocomplete": "list", "aria-controls": "completion",
  });
  speaker = h("button", { type: "button", class: "speaker", "aria-haspopup": "listbox", onclick: () => openPeople(speaker) });
  quoteBar = h("div", { class: "quoting", hidden: true });
  hint = h("div", { class: "hint" });
  send = h("button", { type: "button", class: "send", "aria-label": "发送", title: "发送（Enter）", onclick: submit }, icon("send"));
  const list = h("ul", { class: "completion", id: "completion", role: "listbox", "aria-label": "可以选的", hidden: true });
  find("composer").replaceChildren(
    hint, quoteBar, h("div", { class: "write" }, list, speaker, box, send));
  const completion = new Completion(box, list);
  box.addEventListener("keydown", (event) => {
    // While a Chinese input method is choosing a word, Enter belongs to it.
    if (event.isComposing || event.keyCode === 229) return;
    if (completion.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && quoted) {
      quote(null);
    }
  });
  box.addEventListener("input", changed);
  on("opened", (chat) => {
    completion.close();
    quote(null);
    write(drafts.get(chat) ?? "");
    drawSpeaker();
  });
  on("quote", (line) => quote(line));
  on("state", drawSpeaker);
  on("news", drawSpeaker);
  on("fill", (text) => { write(text); box.focus(); send.classList.add("pulse"); });
  drawSpeaker();
  changed();
}

export function write(text) {
  box.value = text;
  changed();
  box.setSelectionRange(text.length, text.length);
}

function changed() {
  if (box.value) drafts.set(state.here, box.value);
  else drafts.delete(state.here);
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 168)}px`;
  send.disabled = !box.value.trim();
  if (send.disabled) send.classList.remove("pulse");
  drawHint();
}

function drawSpeaker() {
  const others = names().find((name) => name !== state.me && hasUnreadPrivate(name));
  speaker.replaceChildren(avatar(state.me, state.bot),
    h("span", { class: "speaker-name" }, h("bdi", {}, state.me)), icon("down"),
    ...(others ? [h("span", { class: "dot" })] : []));
  const about = aboutMember(state.me);
  speaker.setAttribute("aria-label", `以${state.me}的身份说话${about ? `（${about}）` : ""}，点击换人`);
  speaker.title = others ? `大管家给${others}发了私聊，换成${others}看看` : "换一个人说话";
  const to = isPrivate(state.here) ? "跟大管家说点什么…" : `在${state.here}里说点什么…`;
  box.placeholder = phone.matches ? "说点什么…" : `${to} 输入 / 看命令`;
}

// Above the box: commands to begin with, or how the one being written goes.
function drawHint() {
  const said = box.value.trimStart().replace(/^[@＠]大管家\s*/, "").replace(/^[/／]/, "");
  if (!said) {
    hint.className = "hint chips";
    hint.replaceChildren(...quick().map((each) => h("button", {
      type: "button", class: "chip", title: each.about,
      onclick: () => { write(`${each.say} `); box.focus(); },
    }, each.say)), h("button", {
      type: "button", class: "chip all",
      onclick: () => { write("/"); box.focus(); box.dispatchEvent(new Event("input")); },
    }, "全部命令"));
    return;
  }
  const phrase = state.phrases
    .filter((each) => said === each.say || said.startsWith(`${each.say} `))
    .sort((a, b) => b.say.length - a.say.length)[0];
  hint.className = "hint";
  hint.replaceChildren(...(phrase ? [h("span", {}, phrase.about),
    phrase.example ? h("span", { class: "example" }, `例：${phrase.example}`) : ""] : []));
}

function quick() {
  const known = QUICK.map((say) => state.phrases.find((each) => each.say === say)).filter(Boolean);
  return known.length ? known : state.phrases.slice(0, QUICK.length);
}

function quote(line) {
  quoted = line;
  quoteBar.hidden = !line;
  if (!line) return;
  quoteBar.replaceChildren(icon("reply"),
    h("bdi", {}, `回复 ${line.sender}：${line.text.slice(0, 120)}`),
    h("button", { type: "button", "aria-label": "不回复了", onclick: () => { quote(null); box.focus(); } }, icon("close")));
  // In a group the bot only listens when it is named.
  if (line.sender === state.bot && !isPrivate(state.here) && !box.value.trim()) write(`@${state.bot} `);
  box.focus();
}

function submit() {
  const text = box.value.trim();
  if (!text) return;
  const message = { group: state.here, sender: state.me, text, key: newKey() };
  if (quoted) message.reply_to = quoted.id;
  quote(null);
  write("");
  box.focus();
  showWaiting(message);
  deliver(message);
}

// One after the other, so that what was typed first stands first.
function deliver(message) {
  queue = queue.then(async () => {
    const { group, sender, text, reply_to, key } = message;
    try {
      const { id } = await post("/console/messages", { group, sender, text, reply_to, id: key });
      message.id = id;
      settled(message);
      emit("said", text);
    } catch (error) {
      toast(error.message);
      failed(message, () => { failed(message, null); deliver(message); });
    }
  });
}
