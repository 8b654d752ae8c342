/* What labels must be: dc=fra, version!=1.4, host=~web.*, tenant!~test.* Several stand with commas between them. In names
   and values a comma, a percent sign and what could be read as part of the sign are escaped as in URLs. */

function unescape(text) {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

/* {name, sign, value}; null: it is none. */
export function parseMatcher(text) {
    const found = /^([^=!]+)(=~|!~|!=|=)(.*)$/s.exec(text.trim());
    return found && { name: unescape(found[1].trim()), sign: found[2], value: unescape(found[3].trim()) };
}

export const parseMatchers = text => (text || "").split(",").map(parseMatcher).filter(Boolean);

const escape = (text, what) => text.replace(what, c => c > "\x7f" ? encodeURIComponent(c) : "%" + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0"));

export const formatMatcher = ({ name, sign, value }) =>
    escape(name, /[%,+=!~\s]/g) + sign + escape(value, /[%,+]|^[\s~=]|\s$/g);

export const formatMatchers = list => list.map(formatMatcher).join(",");

/* As a person reads it. */
export const describeMatcher = ({ name, sign, value }) => `${name}${sign}${value === "" ? '""' : value}`;

/* The list with `matcher` in the place of `old`, or at its end. Two equal ones are one. */
export function withMatcher(list, matcher, old) {
    const rest = list.filter(each => !old || formatMatcher(each) !== formatMatcher(old));
    return rest.some(each => formatMatcher(each) === formatMatcher(matcher)) ? rest : [...rest, matcher];
}
