/* A store without profiles: how the first one gets there. */
import { href, forget } from "./api.js";
import { button, command, make } from "./dom.js";

export function emptyStore(again) {
    const base = href(".").replace(/\/$/, ""), profiles = href("api/0/profiles");
    return make("section", { class: "welcome", "aria-label": "Welcome" }, make("h2", { class: "large" }, "No profiles yet"),
        make("p", {}, "This collector is ready. Send it a profile, and it will be here at once. Any of these will do:"),
        make("h3", {}, "A Go program with net/http/pprof"),
        command(`curl -fsS 'http://127.0.0.1:6060/debug/pprof/profile?seconds=10' |\n  curl -fsS --data-binary @- '${profiles}?service=my-service&type=cpu'`, "profile a Go program"),
        make("h3", {}, "The same, again and again"),
        command(`brazier scrape --target http://127.0.0.1:6060 --service my-service --collector ${base}`, "scrape a target"),
        make("h3", {}, "Any program on this machine, by perf"),
        command(`perf record -F 99 -g -p PID -- sleep 10 && perf script |\n  curl -fsS --data-binary @- '${profiles}?service=my-service&type=cpu'`, "profile by perf"),
        make("h3", {}, "A file that is there already"),
        command(`curl -fsS --data-binary @cpu.pb.gz '${profiles}?service=my-service&type=cpu&labels=version=1.0'`, "send a file"),
        make("p", { class: "quiet" }, "pprof, perf script, folded stacks, gperftools and jemalloc are understood. With tokens on, add -H 'Authorization: Bearer TOKEN'."),
        make("div", { class: "row" }, button("Look again", { class: "main", onclick: () => { forget(); again(); } }),
            make("a", { class: "button", href: "?view=adhoc" }, "Look at a file without storing it")));
}
