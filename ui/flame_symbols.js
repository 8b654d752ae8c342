/* What frames are called and where they are: by frame, a number of the flame graph's JSON. Packages and colours are
   those of the SVG (view/caption.c): up to "::"; or the directory of a file; or a Go package; or the module. */
const counts = new Intl.NumberFormat("en-GB"); /* toLocaleString would make one for each number */
export const many = count => `\u2026 ${counts.format(count)} more`;

export const ROOT = -1, REMAINDER = -2, SHADES = 32;

/* Where the part of a name ends that may hold paths. */
const frontOf = name => name.match(/^[^[(< ]*/)[0];
const behindPath = name => frontOf(name).lastIndexOf("/") + 1;
const baseOf = path => path.slice(path.lastIndexOf("/") + 1);

function beforeColons(name) {
    const at = frontOf(name).indexOf("::", 1);
    return at > 0 ? name.slice(0, at) : "";
}

function beforePoint(name) {
    const at = behindPath(name), point = name.indexOf(".", at);
    return point > at ? name.slice(0, point) : "";
}

export function packageOf(name, file, module) {
    const colons = beforeColons(name);
    if (colons !== "") return colons;
    const base = baseOf(file);
    if (file.length > base.length && !/\.(go|s)$/.test(file)) return file.slice(0, file.length - base.length);
    return beforePoint(name) || (module !== "" ? baseOf(module) : name);
}

/* FNV-1a of the text's UTF-8. */
const encoder = new TextEncoder();
export function shadeOf(text) {
    let hash = 2166136261;
    for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 16777619);
    return ((hash ^ hash >>> 16) >>> 0) % SHADES;
}

/* What stands in no brackets behind the last "." or "::"; a Go closure says nothing without its function. */
export function lastPart(name) {
    let at = 0, depth = 0;
    for (let i = 1; i < name.length - 1; i++) {
        const c = name[i];
        if (c === "(" || c === "[" || c === "<") depth++;
        else if (c === ")" || c === "]" || c === ">") depth = Math.max(0, depth - 1);
        else if (depth === 0 && (c === "." || c === ":" && name[i - 1] === ":")
            && !/^(func|gowrap|deferwrap|)[0-9]/.test(name.slice(i + 1, i + 12))) at = i + 1;
    }
    return name.slice(at);
}

/* Without the path in front of a Go package. */
export const withoutPath = name => name.slice(behindPath(name));

export class Symbols {
    constructor(data) {
        const frames = data.frames;
        this.strings = data.strings;
        this.count = frames.name.length;
        this.nameIds = Int32Array.from(frames.name);
        this.fileIds = Int32Array.from(frames.file);
        this.lines = frames.line;
        this.moduleIds = Int32Array.from(frames.module);
        this.packages = new Array(this.count);
        this.distinct = [...new Set(frames.name)]; /* strings: what a search looks at */
    }

    name(frame) {
        return frame >= 0 ? this.strings[this.nameIds[frame]] : frame === ROOT ? "all" : "\u2026";
    }

    file(frame) {
        return frame >= 0 ? this.strings[this.fileIds[frame]] : "";
    }

    line(frame) {
        return frame >= 0 ? this.lines[frame] : 0;
    }

    module(frame) {
        return frame >= 0 ? this.strings[this.moduleIds[frame]] : "";
    }

    /* "file.go:12", or what else is known of the place. */
    place(frame) {
        const file = this.file(frame), line = this.line(frame);
        return file === "" ? "" : line > 0 ? file + ":" + line : file;
    }

    package(frame) {
        if (frame < 0) return "";
        let found = this.packages[frame];
        if (found === undefined)
            found = this.packages[frame] = packageOf(this.name(frame), this.file(frame), this.module(frame));
        return found;
    }

    /* The string's number, -1 when no frame has this name. */
    nameId(name) {
        this.byName ||= new Map(this.distinct.map(id => [this.strings[id], id]));
        return this.byName.get(name) ?? -1;
    }

    /* By frame: 1 where the name's number is among those. */
    framesOf(nameIds) {
        const named = new Uint8Array(this.strings.length), hits = new Uint8Array(this.count);
        for (const id of nameIds) named[id] = 1;
        for (let i = 0; i < this.count; i++) hits[i] = named[this.nameIds[i]];
        return hits;
    }
}
