// The list of chats, with what was said last and what is unread.

import { avatar, find, groupAvatar, h } from "./dom.js";
import { shortTime } from "./moment.js";
import { emit, isUnread, on, state, talkOf } from "./store.js";

export function drawChats() {
  const entries = [
    { id: state.private.id, name: state.bot, about: `和${state.me}的私聊`, bot: true },
    ...state.groups.map((each) => ({ id: each.id, name: each.id, about: each.about })),
  ];
  const focused = document.activeElement?.dataset?.chat;
  find("chats").replaceChildren(...entries.map(entry));
  if (focused) find("chats").querySelector(`[data-chat="${CSS.escape(focused)}"]`)?.focus();
  const unread = entries.filter((each) => isUnread(each.id) && each.id !== state.here).length;
  document.title = `${unread ? `(${unread}) ` : ""}大管家 · 试用群`;
}

function entry({ id, name, about, bot }) {
  const last = talkOf(id).last;
  const here = id === state.here;
  const unread = isUnread(id) && !here;
  const words = last ? preview(last, bot) : about;
  return h("li", {},
    h("button", {
      type: "button",
      class: "chat",
      "data-chat": id,
      "aria-current": here ? "true" : undefined,
      onclick: () => emit("open", id),
    },
    bot ? avatar(state.bot, state.bot) : groupAvatar(name),
    h("span", { class: "chat-words" },
      h("span", { class: "chat-line" },
        h("bdi", { class: "chat-name" }, name),
        last ? h("time", {}, shortTime(last.at, state.clock.now)) : null),
      h("span", { class: "chat-line" },
        h("bdi", { class: "chat-last" }, words),
        unread ? h("span", { class: "dot" }, h("span", { class: "hearing" }, "有新消息")) : null))));
}

function preview(line, alone) {
  const text = line.text.slice(0, 80).replace(/\s+/g, " ");
  const words = { picture: "[图片] ", document: "[文件] ", form: "[表单] ", card: "" }[line.kind] ?? "";
  if (line.kind === "note" || alone) return words + text;
  return `${line.sender}：${words}${text}`;
}

on("state", drawChats);
on("opened", drawChats);
