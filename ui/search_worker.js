/* Matches names apart from the page: a regular expression that backtracks for ever holds up this worker only, which is
   ended then. Is told {names} once, then {id, source, flags}; answers slice by slice, so that what was found is known. */
const SLICE_MS = 25;
let names = [];

addEventListener("message", ({ data }) => {
    if (data.names) {
        names = data.names;
        return;
    }
    const expression = new RegExp(data.source, data.flags);
    let hits = [], from = 0, until = performance.now() + SLICE_MS;
    for (let i = 0; i < names.length; i++) {
        if (expression.test(names[i])) hits.push(i);
        if ((i & 15) !== 15 || performance.now() < until) continue;
        postMessage({ id: data.id, hits, looked: i + 1 });
        hits = [];
        from = i + 1;
        until = performance.now() + SLICE_MS;
    }
    postMessage({ id: data.id, hits, looked: names.length, done: from <= names.length });
});
