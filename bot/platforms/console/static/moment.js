// Trial time, as the server's wall clock shows it, wherever the browser is.

const DAYS = "日一二三四五六";

function parts(iso) {
  const [date, clock] = iso.split("T");
  const [year, month, day] = date.split("-").map(Number);
  return { date, year, month, day, clock: clock.slice(0, 5), weekday: `周${DAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]}` };
}

function dayNumber({ year, month, day }) {
  return Date.UTC(year, month - 1, day) / 86400000;
}

export function dayAndTime(iso, nowIso) {
  const at = parts(iso);
  const now = parts(nowIso);
  const ago = dayNumber(now) - dayNumber(at);
  if (ago === 0) return at.clock;
  if (ago === 1) return `昨天 ${at.clock}`;
  const year = at.year === now.year ? "" : `${at.year}年`;
  return `${year}${at.month}月${at.day}日 ${at.weekday} ${at.clock}`;
}

export function shortTime(iso, nowIso) {
  const at = parts(iso);
  const ago = dayNumber(parts(nowIso)) - dayNumber(at);
  if (ago === 0) return at.clock;
  if (ago === 1) return "昨天";
  return `${at.month}月${at.day}日`;
}

export function fullDay(iso) {
  const at = parts(iso);
  return { day: `${at.month}月${at.day}日`, weekday: at.weekday, clock: at.clock };
}

export const minutesBetween = (before, after) => (Date.parse(after) - Date.parse(before)) / 60000;

// The moment `ms` after an ISO time, in the same zone.
export function later(iso, ms) {
  const zone = iso.slice(19) || "Z";
  const wall = Date.parse(`${iso.slice(0, 19)}Z`) + ms;
  return new Date(wall).toISOString().slice(0, 19) + zone;
}
