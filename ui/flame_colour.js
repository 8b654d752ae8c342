/* Colours of boxes, by palette and theme. Packages have those of the SVG (view/svg.css): sixteen hues in two shades of equal
   lightness, so that none shouts, the same for the same package in every picture. The palette for the colour-blind goes
   without red and green: packages in blues, yellows and greys that differ in lightness, values from blue to yellow,
   differences from purple to orange. */
import { REMAINDER, SHADES, shadeOf } from "./flame_symbols.js";

const LIGHT = `ffbbba ffbfa5 f8c696 e9ce90 d4d695 bcdda4 a4e2b9 92e4d0 8ae2e7 91def9 a2d8ff b8d0ff d0c8ff e4c1fa f5bce7 ffbad1
efaa9c eaaf8a ddb77f cbbf7f b5c789 9dcc9b 87d0b1 79d0c9 78cddd 85c7ec 9ac0f4 b1b9f4 c7b1ec d9acdd e7a8c9 eea7b2`;
const DARK = `7d4646 7b4935 754f27 6a5521 5b5c26 486134 326445 1b6658 0c6468 1b6176 315c7f 465682 57507f 664b76 724769 794658
6a372e 673b1d 5e410f 52480e 424e1b 2d522c 11543e 005450 00525f 114e6a 2c486f 3f436f 4f3d6a 5b395f 643650 69353f`;
/* From gone over the same to new. */
const CHANGE = { light: `154e92 2968a5 3d81b9 589aca 7bb0d5 9ec6e0 bbd6e7 d5e2eb efefef f2dbd1 f3c7b4 f0ae96 e68e76 da6c57 ca4f43
b83433 a50f24`, dark: `2e93ea 358ad7 3a82c4 3e79b0 426f9a 446483 455b70 46515e 45484d 5b4a4a 704a46 844a42 984a40 ac493d be4739 cf4435
e0402f` };
const words = text => text.split(/\s+/).map(word => "#" + word);

const rgb = colour => [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
const hex = parts => "#" + parts.map(part => Math.round(part).toString(16).padStart(2, "0")).join("");
export const mix = (a, b, share) => hex(rgb(a).map((part, i) => part + (rgb(b)[i] - part) * share));

/* count colours along stops. */
function ramp(stops, count) {
    const colours = [];
    for (let i = 0; i < count; i++) {
        const at = i / (count - 1) * (stops.length - 1), k = Math.min(Math.floor(at), stops.length - 2);
        colours.push(mix(stops[k], stops[k + 1], at - k));
    }
    return colours;
}

/* WCAG's relative luminance. */
export function luminance(colour) {
    const [r, g, b] = rgb(colour).map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const INKS = ["#16181c", "#ffffff"];
export function inkOn(colour) {
    const light = luminance(colour);
    return (light + 0.05) / (luminance(INKS[0]) + 0.05) >= 1.05 / (light + 0.05) ? INKS[0] : INKS[1];
}

export const STEPS = 8, HEATS = 16;
const BLIND_LIGHT = ["#9ecae9", "#f3dc8b", "#c9c9cf", "#7fb0dc", "#e8c55f", "#b0b6c3", "#bfdcf2", "#f7e9b5", "#dddde2", "#93b9d8", "#d9bd74", "#a9b9cc"];
const BLIND_DARK = ["#2a5478", "#6b5a16", "#4b4d55", "#1f6497", "#7f6a12", "#5c6473", "#3a4a66", "#54491f", "#3c3f47", "#355f85", "#6a5f36", "#47576b"];
const HEAT = { default: { light: ["#f3eee0", "#fbd98a", "#f7a94b", "#e8692c", "#b7241c"], dark: ["#3d3b38", "#5f4a26", "#8c5a1c", "#c2561d", "#f04a2d"] },
    colourblind: { light: ["#e9ecf2", "#b5c4dc", "#6f8fbd", "#3a5a94", "#12305f"], dark: ["#33363d", "#3f5170", "#4f7aa8", "#9fb070", "#fbe04e"] } };
const BLIND_CHANGE = { light: ["#542788", "#8073ac", "#b2abd2", "#efefef", "#fdb863", "#e08214", "#b35806"],
    dark: ["#a88be8", "#7f68b8", "#5a5180", "#45484d", "#7a5526", "#bd7412", "#ff9a1f"] };

const made = new Map();

/* {packages, heat, change, all, more, hatch, paper, hit, ink(i)...}; isDark: which theme. */
export function paletteOf(name, isDark) {
    const blind = name === "colourblind", key = `${blind} ${isDark}`, theme = isDark ? "dark" : "light";
    if (made.has(key)) return made.get(key);
    const palette = {
        isDark,
        packages: blind ? spread(isDark ? BLIND_DARK : BLIND_LIGHT) : words(isDark ? DARK : LIGHT),
        heat: ramp(HEAT[blind ? "colourblind" : "default"][theme], HEATS),
        change: blind ? ramp(BLIND_CHANGE[theme], 2 * STEPS + 1) : words(CHANGE[theme]),
        all: isDark ? "#3a3e45" : "#dfe2e6", hatch: isDark ? "#6d7580" : "#9aa1ab", hit: isDark ? "#d13fbc" : "#a3148f"
    };
    made.set(key, palette);
    return palette;
}

function spread(colours) {
    return Array.from({ length: SHADES }, (_, i) => colours[i % colours.length]);
}

/* The change as a share of the greater side: -8 gone, -4 half, 4 double, 8 new. Less than a fiftieth is none. */
export function changeStep(base, source) {
    const greater = Math.max(Math.abs(source), Math.abs(base)), change = greater > 0 ? Math.max(-1, Math.min(1, (source - base) / greater)) : 0;
    if (Math.abs(change) < 0.02) return 0;
    return Math.round(change * STEPS) || Math.sign(change);
}

/* From 0 to HEATS - 1: the square root, so that a hundredth can be told from a thousandth. */
export const heatOf = share => Math.min(HEATS - 1, Math.floor(Math.sqrt(Math.max(0, share)) * HEATS));

/* What has one colour together: a package, or a file. */
export const shadeKey = (symbols, frame, how) => how === "file" ? symbols.file(frame) || symbols.module(frame) : symbols.package(frame);

/* Says the colour of nodes: an index of `colours`. How is one of the options' "colour". */
export class Colouring {
    constructor(tree, how, palette, functions) {
        this.tree = tree;
        this.palette = palette;
        this.how = tree.isDiff && how !== "package" && how !== "file" && how !== "value" ? "diff" : how === "diff" || !how ? "package" : how;
        this.colours = this.how === "diff" ? palette.change : this.how === "value" ? palette.heat : palette.packages;
        this.all = this.colours.length;
        this.colours = [...this.colours, this.how === "diff" ? palette.change[STEPS] : palette.all];
        this.inks = this.colours.map(inkOn);
        this.byFrame = new Int8Array(tree.symbols.count).fill(-1);
        this.most = 0;
        if (this.how !== "value") return;
        this.functions = functions();
        for (const value of this.functions.ownSize) this.most = Math.max(this.most, value);
    }

    ofFrame(frame) {
        const { symbols } = this.tree;
        if (this.how === "value") return heatOf(this.functions.ownSize[frame] / (this.most || 1));
        return shadeOf(shadeKey(symbols, frame, this.how));
    }

    colourOf(key) {
        return this.colours[shadeOf(key)];
    }

    of(node) {
        const { tree } = this, frame = tree.frame[node];
        if (frame === REMAINDER) return this.all;
        if (this.how === "diff") return changeStep(tree.baseTotal[node], tree.total[node]) + STEPS;
        if (frame < 0) return this.all;
        let index = this.byFrame[frame];
        if (index < 0) index = this.byFrame[frame] = this.ofFrame(frame);
        return index;
    }
}
