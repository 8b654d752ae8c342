/* Times as the API knows them: what a person or a link says ("-1h", "now", 2026-11-23T02:10:00, unix seconds), ranges,
   and how they are shown, in UTC or as the browser's place has it. All else is milliseconds since 1970. */

const UNITS = { s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 7 * 86400e3 };
const DAY = 86400e3;
const EARLIEST = Date.parse("0001-01-01T00:00:00Z"), LATEST = Date.parse("9999-12-31T23:59:59Z"); /* what stamps of four digits can say */
const AHEAD = 10 * 60e3; /* a range that ends now takes in hosts whose clocks are so much ahead */

export const QUICK = [["-5m", "Last 5 minutes"], ["-15m", "Last 15 minutes"], ["-30m", "Last 30 minutes"], ["-1h", "Last hour"],
    ["-3h", "Last 3 hours"], ["-6h", "Last 6 hours"], ["-12h", "Last 12 hours"], ["-24h", "Last 24 hours"], ["-2d", "Last 2 days"],
    ["-7d", "Last 7 days"], ["-30d", "Last 30 days"]];

/* How long before now "-1h30m" is; null: it is none of these. */
export function parseBack(text) {
    const found = /^(?:now)?-((?:\d{1,9}[smhdw])+)$/.exec(text);
    if (text === "now") return 0;
    if (!found) return null;
    let back = 0;
    for (const [, count, unit] of found[1].matchAll(/(\d+)([smhdw])/g)) back += count * UNITS[unit];
    return back;
}

/* null: not a time. */
export function parseTime(text, now) {
    const ms = read(text, now);
    return ms >= EARLIEST && ms <= LATEST ? ms : null;
}

function read(text, now) {
    const back = parseBack(text);
    if (back !== null) return now - back;
    if (/^\d{1,15}(\.\d+)?$/.test(text)) return Math.round(parseFloat(text) * 1000);
    const found = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d:?\d\d)?$/i.exec(text.trim());
    if (!found) return NaN;
    const [, year, month, day, hour = "00", minute = "00", second = "00", , zone = "Z"] = found;
    return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone.length === 5 ? zone.slice(0, 3) + ":" + zone.slice(3) : zone.toUpperCase()}`);
}

export const isMoving = (from, to) => parseBack(from || "-1h") !== null || (to ? parseBack(to) !== null : true);

/* {from, to, open}: open is a range that ends now. Without `from` it is an hour. */
export function parseRange(from, to, now) {
    const open = !to || to === "now", end = open ? now : parseTime(to, now);
    if (end === null) return null;
    const begin = from ? parseTime(from, now) : end - 3600e3;
    return begin === null || begin > end ? null : { from: begin, to: end, open };
}

/* For the API and for links: UTC, whole seconds. */
export const formatStamp = ms => new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19);

/* A range with fixed ends as parameters of the API; an open one stays open, for hosts whose clocks are ahead. */
export const rangeParameters = range => ({ from: formatStamp(range.from), ...range.open ? {} : { to: formatStamp(range.to) } });
export const latest = range => range.open ? range.to + AHEAD : range.to;

const pad = number => String(number).padStart(2, "0");

function parts(ms, zone) {
    const d = new Date(ms);
    return zone === "local"
        ? [d.getFullYear(), d.getMonth() + 1, d.getDate(), d.getHours(), d.getMinutes(), d.getSeconds()]
        : [d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate(), d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds()];
}

/* "2026-11-23 02:10:00" */
export function formatTime(ms, zone) {
    const [year, month, day, ...clock] = parts(ms, zone);
    return `${year}-${pad(month)}-${pad(day)} ${clock.map(pad).join(":")}`;
}

/* "02:10", "02:10:30" or "23 Nov", as fine as a step is. */
export function formatTick(ms, zone, step) {
    const [, month, day, hour, minute, second] = parts(ms, zone);
    const date = `${day} ${["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]}`;
    if (step >= DAY) return date;
    const clock = pad(hour) + ":" + pad(minute);
    if (hour === 0 && minute === 0 && second === 0) return date;
    return step < 60e3 ? clock + ":" + pad(second) : clock;
}

export function zoneName(zone) {
    return zone === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone || "local time" : "UTC";
}

/* What a person typed as a wall clock's time in the zone that is shown, as milliseconds; null: not a time. */
export function parseWall(text, zone, now) {
    const words = text.trim();
    if (zone === "local" && /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?$/.test(words)) {
        const ms = Date.parse(words.length === 10 ? words + "T00:00" : words.replace(" ", "T"));
        return Number.isNaN(ms) ? null : ms;
    }
    return parseTime(words, now);
}

/* What a range is called. */
export function describeRange(from, to, zone, now) {
    const quick = (!to || to === "now") && QUICK.find(([back]) => back === (from || "-1h"));
    if (quick) return quick[1];
    const range = parseRange(from, to, now);
    if (!range) return "not a range of time";
    if (range.open && parseBack(from || "") !== null) return `Last ${from.replace(/^(now)?-/, "")}`;
    if (parseBack(from || "") !== null) return `${from} to ${to}`;
    const begin = formatTime(range.from, zone), end = range.open ? "now" : formatTime(range.to, zone);
    return `${begin} to ${begin.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`;
}
