/* A path in a call tree as text: names from the root on with ; between them, as folded stacks have them. */

export const formatPath = names => names.map(name => name.replace(/[\\;]/g, "\\$&")).join(";");

export function parsePath(text) {
    if (!text) return [];
    const names = [""];
    for (let i = 0; i < text.length; i++) {
        if (text[i] === "\\" && i + 1 < text.length) names[names.length - 1] += text[++i];
        else if (text[i] === ";") names.push("");
        else names[names.length - 1] += text[i];
    }
    return names;
}
