// The routes of the trial group.

import { find } from "./dom.js";

export class Failed extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failed(0, "连不上大管家，请看看它是不是还在运行。");
  }
  if (response.status === 401 && path !== "/console/login") {
    await login();
    return call(path, options);
  }
  let body = {};
  try {
    body = await response.json();
  } catch {
    // An answer that is not ours (a proxy's): the status says enough.
  }
  if (!response.ok) throw new Failed(response.status, body.error || "出错了，请再试一次。");
  return body;
}

export const get = (path, query = {}, signal) =>
  call(`${path}?${new URLSearchParams(query)}`, { signal });

export const post = (path, body) =>
  call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

let asking = null;

function login() {
  asking ??= ask().finally(() => { asking = null; });
  return asking;
}

function ask() {
  const dialog = find("login");
  const wrong = find("login-wrong");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.showModal();
  return new Promise((resolve) => {
    find("login-form").onsubmit = async (event) => {
      event.preventDefault();
      try {
        await post("/console/login", { token: find("login-token").value });
        dialog.close();
        resolve();
      } catch (error) {
        wrong.textContent = error.message;
        wrong.hidden = false;
      }
    };
  });
}

// The same for every try of one message: lets the server drop repeats.
export const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
