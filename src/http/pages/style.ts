/** The look of the pages for people. */

export const STYLE = `
:root {
  --ink: #1c2330; --soft: #5b6577; --line: #d9dee7; --paper: #ffffff; --ground: #f3f5f8;
  --accent: #1f5fd6; --yes: #17713f; --yes-ink: #ffffff; --no: #b3261e; --warn: #8a5a00;
  --warn-ground: #fff6e0; --bad-ground: #fdecea; --good-ground: #e7f5ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8ebf0; --soft: #a2adbd; --line: #353d4a; --paper: #1b2029; --ground: #12161c;
    --accent: #82aaff; --yes: #4cc38a; --yes-ink: #06210f; --no: #ff8f86; --warn: #f2c14e;
    --warn-ground: #2e2714; --bad-ground: #371c1b; --good-ground: #16301f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  -webkit-text-size-adjust: 100%;
}
main { max-width: 42rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; }
@media (min-width: 44rem) { main { padding-top: 3rem; } }
.card {
  background: var(--paper); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.5rem; box-shadow: 0 1px 2px rgb(0 0 0 / 4%), 0 8px 24px rgb(0 0 0 / 5%);
}
@media (min-width: 44rem) { .card { padding: 2.25rem 2.5rem; } }
.kicker { margin: 0 0 .35rem; color: var(--soft); font-size: .9rem; }
h1 { margin: 0 0 .75rem; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .6rem; font-size: 1.05rem; }
p { margin: .5rem 0; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.soft, .hint { color: var(--soft); }
.hint { margin: .1rem 0 .35rem; font-size: .9rem; }
.facts { display: flex; flex-wrap: wrap; gap: .35rem 1.5rem; margin: .75rem 0 1rem; padding: 0; list-style: none; color: var(--soft); font-size: .95rem; }
.facts strong { color: var(--ink); font-weight: 600; }
.shown { border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; background: var(--ground); }
.shown dl { margin: 0; }
.shown dt { color: var(--soft); font-size: .88rem; }
.shown dd { margin: 0 0 .8rem; }
.shown dd:last-child { margin-bottom: 0; }
.shown dd dl { border-left: 2px solid var(--line); padding-left: .9rem; margin-top: .3rem; }
.shown ol { margin: 0; padding-left: 1.6rem; }
.shown pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .88rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.field { margin: 1.1rem 0; border: 0; padding: 0; min-width: 0; }
label, legend { display: block; padding: 0; font-weight: 600; }
.mark { color: var(--soft); font-weight: 400; font-size: .9rem; }
input:not([type=checkbox]), textarea, select {
  width: 100%; margin-top: .3rem; padding: .6rem .7rem; font: inherit; color: inherit;
  background: var(--paper); border: 1px solid #8791a3; border-radius: 8px;
}
textarea { min-height: 6rem; resize: vertical; }
.check { display: flex; gap: .6rem; align-items: flex-start; font-weight: 400; margin-top: .35rem; }
.check.single { font-weight: 600; }
input[type=checkbox] { width: 1.2rem; height: 1.2rem; margin: .17rem 0 0; flex: none; accent-color: var(--accent); }
[aria-invalid=true] { border-color: var(--no) !important; }
.fault { margin: .3rem 0 0; color: var(--no); font-size: .92rem; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.75rem; }
button {
  flex: 1 1 10rem; padding: .8rem 1.2rem; font: inherit; font-weight: 600; border-radius: 9px; cursor: pointer;
  border: 1px solid transparent;
}
.yes { background: var(--yes); color: var(--yes-ink); }
.no { background: transparent; color: var(--no); border-color: currentColor; }
button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.note { border-radius: 10px; padding: .9rem 1.1rem; margin: 0 0 1.25rem; }
.note p { margin: .2rem 0; }
.note.good { background: var(--good-ground); }
.note.bad { background: var(--bad-ground); }
.note.warn { background: var(--warn-ground); }
.note a { color: inherit; }
.note ul { margin: .3rem 0 0; padding-left: 1.2rem; }
footer { margin-top: 1.25rem; color: var(--soft); font-size: .85rem; text-align: center; }
`;
