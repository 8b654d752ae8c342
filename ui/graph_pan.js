/* Moves and scales a picture: drag, wheel, two fingers. `zoom` is pixels a unit, `x` and `y` where the origin is. */

const MOST = 4, LEAST_SHARE = 0.5, MARGIN = 16, DRAGGED = 4, WHEEL = 0.0018, READABLE = 0.8;

export class PanZoom {
    constructor(svg, inner) {
        Object.assign(this, { svg, inner, zoom: 1, x: 0, y: 0, width: 1, height: 1, moved: false });
        this.fingers = new Map();
        svg.addEventListener("wheel", event => this.wheel(event), { passive: false });
        svg.addEventListener("pointerdown", event => this.down(event));
        svg.addEventListener("pointermove", event => this.move(event));
        for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, event => this.fingers.delete(event.pointerId));
        this.sizes = new ResizeObserver(() => {
            if (this.isFit) this.start();
        });
        this.sizes.observe(svg);
    }

    /* `eye`: where to look first when not all can be seen. */
    bounds(width, height, eye = width / 2) {
        this.eye = eye;
        this.width = Math.max(1, width);
        this.height = Math.max(1, height);
        this.start();
    }

    get fitting() {
        const { clientWidth, clientHeight } = this.svg;
        return Math.min(1.2, (clientWidth - 2 * MARGIN) / this.width, (clientHeight - 2 * MARGIN) / this.height);
    }

    /* All of it if it can be read then; else as much as can be read, from the top. */
    start() {
        this.fit();
        if (this.zoom >= READABLE) return;
        this.zoom = READABLE;
        if (this.width * this.zoom < this.svg.clientWidth) this.x = (this.svg.clientWidth - this.width * this.zoom) / 2;
        else this.x = Math.min(MARGIN, this.svg.clientWidth / 2 - this.eye * this.zoom);
        this.y = MARGIN;
        this.apply();
    }

    fit() {
        this.isFit = true;
        this.zoom = Math.max(0.02, this.fitting);
        this.x = (this.svg.clientWidth - this.width * this.zoom) / 2;
        this.y = Math.max(MARGIN, (this.svg.clientHeight - this.height * this.zoom) / 2);
        this.apply();
    }

    apply() {
        this.inner.setAttribute("transform", `translate(${this.x.toFixed(2)} ${this.y.toFixed(2)}) scale(${this.zoom.toFixed(4)})`);
    }

    scale(factor, x = this.svg.clientWidth / 2, y = this.svg.clientHeight / 2) {
        const zoom = Math.min(MOST, Math.max(this.fitting * LEAST_SHARE, this.zoom * factor)), by = zoom / this.zoom;
        this.x = x - (x - this.x) * by;
        this.y = y - (y - this.y) * by;
        this.zoom = zoom;
        this.isFit = false;
        this.apply();
    }

    /* Moves until a place is in sight. */
    reveal(place) {
        const x = place.x * this.zoom + this.x, y = place.y * this.zoom + this.y, { clientWidth, clientHeight } = this.svg, edge = 80;
        this.x += x < edge ? edge - x : x > clientWidth - edge ? clientWidth - edge - x : 0;
        this.y += y < edge ? edge - y : y > clientHeight - edge ? clientHeight - edge - y : 0;
        this.isFit = false;
        this.apply();
    }

    wheel(event) {
        const box = this.svg.getBoundingClientRect();
        this.scale(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 18 : 1) * WHEEL), event.clientX - box.left, event.clientY - box.top);
        event.preventDefault();
    }

    down(event) {
        if (event.button !== 0) return;
        this.fingers.set(event.pointerId, event);
        this.start0 = event;
        this.moved = false;
    }

    move(event) {
        const before = this.fingers.get(event.pointerId);
        if (!before) return;
        if (!this.moved && Math.hypot(event.clientX - this.start0.clientX, event.clientY - this.start0.clientY) < DRAGGED) return;
        if (!this.moved) this.svg.setPointerCapture(event.pointerId);
        this.moved = true;
        const spread = () => {
            const [a, b] = [...this.fingers.values()];
            return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;
        };
        const two = this.fingers.size === 2, apart = two ? spread() : 0;
        this.fingers.set(event.pointerId, event);
        this.x += (event.clientX - before.clientX) / this.fingers.size;
        this.y += (event.clientY - before.clientY) / this.fingers.size;
        this.isFit = false;
        this.apply();
        const box = this.svg.getBoundingClientRect();
        if (two) this.scale(spread() / apart, event.clientX - box.left, event.clientY - box.top);
    }

    destroy() {
        this.sizes.disconnect();
    }
}
