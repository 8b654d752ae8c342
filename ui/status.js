/* What the replica that answers is doing, asked for again while somebody looks. */
import { askNow } from "./api.js";
import { fill, make } from "./dom.js";
import { explain } from "./loader.js";
import { current } from "./state.js";
import { formatTime } from "./time.js";
import { formatBytes, formatCount, formatDuration } from "./units.js";

const EVERY_MS = 3000;

const time = text => text ? formatTime(Date.parse(text), current().zone) : "none";
const share = (used, most) => `${formatBytes(used)} of ${formatBytes(most)}`;

const panel = (title, rows) => make("section", { class: "panel", "aria-label": title }, make("h2", {}, title), make("dl", { class: "facts" },
    rows.filter(Boolean).map(([name, value, bad]) => [make("dt", {}, name), make("dd", { class: bad ? "grew" : "" }, value)]).flat()));

function panels(body) {
    const { store, index, following, rebuild, load } = body;
    return [
        panel("Replica", [["State", body.ready ? "ready" : "not ready: " + body.not_ready_because, !body.ready], ["Host", `${body.host}, ${body.listen}`], ["Version", `${body.version} (${body.commit})`], ["Up for", formatDuration(body.uptime_ms)],
            ["Connections", formatCount(load.connections)], ["Requests under way", formatCount(load.requests_pending)]]),
        panel("Taking in", [["Rate", `${formatCount(load.stored_per_second)} profiles a second`], ["Stored since the start", formatCount(load.stored)], ["Sent again, stored once", formatCount(load.repeated)],
            ["Without samples", formatCount(load.empty)], ["Refused", formatCount(load.refused)], ["Failed", formatCount(load.failed), load.failed > 0],
            ["Memory of uploads", share(load.inflight_bytes, load.inflight_bytes_max)], ["Memory of merges", share(load.merge_bytes, load.merge_bytes_max)]]),
        panel("Bucket", [["Place", store.place], store.credentials && ["Credentials", store.credentials],
            ["Clock", !store.clock_known ? "not known yet" : Math.abs(store.local_clock_ahead_ms) < 1000 ? "agrees with ours" : `ours is ahead by ${store.local_clock_ahead_ms} ms`, !store.clock_known]]),
        panel("Index", [["Kept", index.mode], ["Profiles", formatCount(index.profiles)], ["Label sets", formatCount(index.series)], ["Oldest was taken in", time(index.oldest)], ["Newest was taken in", time(index.newest)],
            ["Size", formatBytes(index.file_bytes)], ["Waiting to be written", formatCount(index.queued)]]),
        panel("Following the bucket", [["Behind by", following.lag_ms < 0 ? "not known" : formatDuration(following.lag_ms)], ["Rounds", formatCount(following.rounds)],
            ["Failed rounds", formatCount(following.failed_rounds), following.failed_rounds > 0], ["Foreign keys", formatCount(following.foreign_keys)], ["Malformed keys", formatCount(following.malformed_keys), following.malformed_keys > 0],
            ["Last error", following.last_error || "none", Boolean(following.last_error)]]),
        panel("Rebuilding the index", [["State", rebuild.state, rebuild.state === "failed"], ["Tasks", `${formatCount(rebuild.tasks_done)} of ${formatCount(rebuild.tasks)}`], ["Keys", formatCount(rebuild.keys)],
            ["Speed", `${formatCount(rebuild.keys_per_second)} keys a second`], rebuild.eta_ms >= 0 && rebuild.state === "running" && ["Ready in about", formatDuration(rebuild.eta_ms)],
            rebuild.horizon && ["Complete from", time(rebuild.horizon)], ["Last error", rebuild.last_error || "none", Boolean(rebuild.last_error)]])
    ];
}

export class Status {
    constructor(element) {
        this.told = make("p", { class: "quiet bar thin", role: "status" });
        this.place = make("div", { class: "panels" });
        this.element = make("section", { class: "look", "aria-label": "Status" }, this.told, make("div", { class: "scroll" }, this.place));
        element.append(this.element);
    }

    update() {
        if (!this.turn) this.look(this.turn = {});
    }

    leave() {
        clearTimeout(this.timer);
        this.turn = null;
    }

    /* The next time is counted from the answer, so that a slow server is not asked more; who will not sign in is asked
       once. */
    async look(turn) {
        try {
            const { body } = await askNow("api/0/status");
            fill(this.place, panels(body));
            this.told.textContent = "What the replica says that answered; behind a balancer each answer may be of another one.";
            this.told.classList.remove("grew");
        } catch (error) {
            this.told.textContent = explain(error).join(": ");
            this.told.classList.add("grew");
            if (error.status === 401 && this.turn === turn) this.turn = null;
        }
        if (this.turn === turn) this.timer = setTimeout(() => this.look(turn), EVERY_MS);
    }
}
