/* As much of a name as there is room for in a box. Widths of characters are measured once. */
import { lastPart, many, withoutPath } from "./flame_symbols.js";

const LONGEST = 600, ELLIPSIS = "\u2026", MOST_KEPT = 20000;

export class Captions {
    constructor(context, font) {
        this.context = context;
        this.use(font);
    }

    use(font) {
        this.font = font;
        this.widths = new Map();
        this.forms = new Map(); /* by name: [text, width] from long to short */
        this.context.font = font;
        this.ellipsis = this.context.measureText(ELLIPSIS).width;
    }

    widthOf(text) {
        let sum = 0;
        for (const character of text) {
            let width = this.widths.get(character);
            if (width === undefined) {
                this.context.font = this.font;
                this.widths.set(character, width = this.context.measureText(character).width);
            }
            sum += width;
        }
        return sum;
    }

    formsOf(name) {
        let forms = this.forms.get(name);
        if (forms) return forms;
        if (this.forms.size > MOST_KEPT) this.forms.clear();
        const whole = name.slice(0, LONGEST), short = withoutPath(whole), last = lastPart(short);
        forms = [...new Set([whole, short, last])].map(text => [text, this.widthOf(text)]);
        this.forms.set(name, forms);
        return forms;
    }

    cut(text, room) {
        let width = 0, at = 0, characters = 0;
        for (const character of text) {
            width += this.widthOf(character);
            if (width + this.ellipsis > room) break;
            at += character.length;
            characters++;
        }
        return characters > 1 ? text.slice(0, at) + ELLIPSIS : "";
    }

    /* "... 1,234 more", or only the number; half of one would be another. */
    count(number, room) {
        const text = many(number), digits = text.split(" ")[1];
        return this.widthOf(text) <= room ? text : this.widthOf(digits) <= room ? digits : "";
    }

    /* The name; without the path of its package; without package and type; and that cut. */
    fit(name, room) {
        const forms = this.formsOf(name);
        for (const [text, width] of forms) if (width <= room) return text;
        return this.cut(forms[forms.length - 1][0], room);
    }
}
