/* Values as go tool pprof writes them, so that a number on the page is the number in a terminal: the greatest unit in
   which it is at least 1, two digits behind the point. */

const KINDS = [
    { names: { ns: 1, nanoseconds: 1, nanosecond: 1, us: 1e3, microseconds: 1e3, microsecond: 1e3, ms: 1e6, milliseconds: 1e6,
        millisecond: 1e6, s: 1e9, seconds: 1e9, second: 1e9 },
    units: [["ns", 1], ["us", 1e3], ["ms", 1e6], ["s", 1e9], ["hrs", 3600e9]] },
    { names: { b: 1, bytes: 1, byte: 1, kb: 2 ** 10, kilobytes: 2 ** 10, mb: 2 ** 20, megabytes: 2 ** 20, gb: 2 ** 30, gigabytes: 2 ** 30 },
        units: [["B", 1], ["kB", 2 ** 10], ["MB", 2 ** 20], ["GB", 2 ** 30], ["TB", 2 ** 40], ["PB", 2 ** 50]] }
];

/* Two digits, but not .00 */
const short = number => number.toFixed(2).replace(/\.00$/, "");

export function formatValue(value, unit) {
    if (value === null || value === undefined) return "\u2013";
    const kind = KINDS.find(each => Object.hasOwn(each.names, String(unit).toLowerCase()));
    if (!kind) return formatCount(value);
    const base = value * kind.names[unit.toLowerCase()];
    if (base === 0) return "0";
    let chosen = kind.units[0];
    for (const each of kind.units) if (Math.abs(base) >= each[1]) chosen = each;
    return short(base / chosen[1]) + chosen[0];
}

export function formatCount(value) {
    return Number.isInteger(value) ? value.toLocaleString("en-GB") : short(value);
}

export function formatShare(part, whole) {
    if (!whole) return "\u2013";
    const percent = Math.abs(part / whole * 100);
    return (part < 0 ? "-" : "") + (percent >= 99.995 && percent < 100.005 ? "100" : percent < 0.005 && part !== 0 ? "<0.01"
        : percent.toFixed(percent < 10 ? 2 : 1)) + "%";
}

export function formatChange(before, after) {
    if (!before) return after ? "new" : "\u2013";
    const percent = Math.round((after - before) / before * 1000) / 10;
    if (percent === 0) return "0%";
    return (percent > 0 ? "+" : "") + (Math.abs(percent) >= 1000 ? Math.round(percent).toLocaleString("en-GB") : percent.toFixed(1)) + "%";
}

export function formatBytes(bytes) {
    return formatValue(bytes, "bytes");
}

/* 90061000 ms: "1d 1h" */
export function formatDuration(ms) {
    const parts = [["d", 86400e3], ["h", 3600e3], ["m", 60e3], ["s", 1e3]], words = [];
    for (const [name, length] of parts) {
        if (ms < length) continue;
        words.push(Math.floor(ms / length) + name);
        ms %= length;
        if (words.length === 2) break;
    }
    return words.join(" ") || Math.round(ms) + "ms";
}

/* "1 profile", "2 profiles" */
export const counted = (count, noun) => `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
