/* What part of the picture is seen: a stretch [x0, x1] of the whole, and the node that is zoomed to, which is the deepest one
   around it. Moves smoothly, unless the person wants less motion, and knows the way back. */

const MOVE_MS = 180, LEAST = 1e-12, MOST_STEPS = 200;
const ease = t => 1 - (1 - t) ** 3;

export class Lens {
    /* changed(): the view moves; paint */
    constructor(changed) {
        this.changed = changed;
        this.steps = [];
        this.still = matchMedia("(prefers-reduced-motion: reduce)");
        this.set(null);
    }

    set(tree) {
        this.tree = tree;
        this.focus = 0;
        this.view = { x0: 0, x1: 1 };
        this.goal = this.view;
        this.motion = null;
        this.steps.length = 0;
    }

    get isWhole() {
        return this.goal.x1 - this.goal.x0 > 1 - 1e-9;
    }

    rangeOf(node) {
        const x0 = this.tree.left[node];
        return { x0, x1: x0 + this.tree.width[node] };
    }

    keep() {
        this.steps.push({ ...this.goal, focus: this.focus });
        if (this.steps.length > MOST_STEPS) this.steps.shift();
    }

    zoom(node, { keeps = true, moves = true } = {}) {
        if (!(this.tree.width[node] > 0)) return false;
        if (keeps && (node !== this.focus || this.isFree)) this.keep();
        this.focus = node;
        this.isFree = false;
        this.go(this.rangeOf(node), moves);
        return true;
    }

    /* A stretch that need not be that of a node. */
    range(x0, x1, { keeps = false, moves = false } = {}) {
        if (keeps) this.keep();
        const size = Math.min(1, Math.max(x1 - x0, LEAST)), from = Math.max(0, Math.min(1 - size, x0));
        this.isFree = true;
        this.go({ x0: from, x1: from + size }, moves);
        this.focus = this.tree.around(from, from + size);
    }

    scale(factor, at) {
        const { x0, x1 } = this.goal, size = Math.min(1, (x1 - x0) * factor), share = (at - x0) / (x1 - x0);
        this.range(at - share * size, at - share * size + size);
    }

    shift(by) {
        this.range(this.goal.x0 + by, this.goal.x1 + by);
    }

    back() {
        const step = this.steps.pop();
        if (!step && this.isWhole) return false;
        this.focus = step ? step.focus : 0;
        this.isFree = false;
        this.go(step || { x0: 0, x1: 1 }, true);
        return true;
    }

    go(goal, moves) {
        this.goal = { x0: goal.x0, x1: goal.x1 };
        this.motion = moves && !this.still.matches ? { from: this.view, begin: performance.now() } : null;
        if (!this.motion) this.view = this.goal;
        this.changed();
    }

    /* The view at a moment; true: it goes on moving. */
    step(now) {
        if (!this.motion) return false;
        const t = Math.max(0, Math.min(1, (now - this.motion.begin) / MOVE_MS)), { from } = this.motion, { goal } = this, share = ease(t);
        this.view = { x0: from.x0 + (goal.x0 - from.x0) * share, x1: from.x1 + (goal.x1 - from.x1) * share };
        if (t < 1) return true;
        this.view = goal;
        this.motion = null;
        return false;
    }
}
