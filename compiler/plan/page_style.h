// How the page of a plan looks. Every pair of colours has a contrast of at least 4.5 to 1, light and dark: tests/page measures it.
#pragma once

#include <string_view>

namespace lpc::plan {

inline constexpr std::string_view kPageStyle = R"css(
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --panel: #ffffff; --ink: #1b1f27; --soft: #545d6b; --line: #dde1e7; --link: #2450c8; --code: #f3f5f8;
  --good: #0b6b3c; --warn: #8f4700; --bad: #b3201a; --good-ground: #e5f5ec; --warn-ground: #fdf0dc; --bad-ground: #fde9e7; --calm-ground: #e9edf5;
  --everything: #b3201a; --on-everything: #ffffff; --everything-held: #f9d6d2; --on-everything-held: #861510;
  --writes: #c2570c; --on-writes: #ffffff; --writes-held: #fbe3c8; --on-writes-held: #7a3606;
  --schema: #cfdcfb; --on-schema: #1c3a86; --schema-held: #e7eefd; --on-schema-held: #1c3a86; --nothing: #e6e9ee; --on-nothing: #454d5a;
  --keyword: #1a4fb8; --string: #0b6b3c; --number: #8a2c83; --call: #6233a8; --comment: #596373;
  --shadow: 0 1px 2px rgb(20 30 50 / .06), 0 4px 16px rgb(20 30 50 / .05);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1116; --panel: #161b22; --ink: #e7eaef; --soft: #a5aebb; --line: #2b323c; --link: #93b4ff; --code: #0f141a;
    --good: #7fd8a4; --warn: #f5bd72; --bad: #ff9a90; --good-ground: #12301f; --warn-ground: #38280f; --bad-ground: #3d1a18; --calm-ground: #222a36;
    --everything: #f2685c; --on-everything: #200302; --everything-held: #4a1f1c; --on-everything-held: #ffb9b1;
    --writes: #f0a04b; --on-writes: #211000; --writes-held: #45300f; --on-writes-held: #ffd79c;
    --schema: #2c4078; --on-schema: #d8e3ff; --schema-held: #1e2a4a; --on-schema-held: #c3d2ff; --nothing: #2a313b; --on-nothing: #c0c8d3;
    --keyword: #91b7ff; --string: #86dba6; --number: #e7a9ea; --call: #ccb4ff; --comment: #9aa5b3;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
main, header.top, nav.top, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header.top { padding-top: 2.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.015em; }
h2 { font-size: 1.3rem; margin: 3rem 0 1rem; letter-spacing: -.01em; }
h3 { font-size: 1.02rem; margin: 0; }
p { margin: .3rem 0; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .18em; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
.soft { color: var(--soft); }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--panel); padding: .5rem 1rem; z-index: 2; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
nav.top { position: sticky; top: 0; z-index: 1; background: var(--ground); border-bottom: 1px solid var(--line); margin-top: 1.25rem; }
nav.top ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 0; padding: .6rem 0; font-size: .92rem; }
nav.top a { text-decoration: none; }
nav.top a:hover { text-decoration: underline; }
section { scroll-margin-top: 4rem; }
article, .phase { scroll-margin-top: 4rem; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); }
.summary { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); gap: 1rem; margin: 1.5rem 0 0; padding: 0; }
.summary > div { padding: .9rem 1.1rem; border-left: 4px solid var(--line); }
.summary dt { font-size: .76rem; text-transform: uppercase; letter-spacing: .07em; color: var(--soft); font-weight: 600; }
.summary dd { margin: .25rem 0 0; line-height: 1.45; }
.summary dd + dd { padding-top: .25rem; border-top: 1px solid var(--line); }
@media (min-width: 60rem) { .summary { grid-template-columns: 2.2fr 1fr 1.4fr 1.2fr; } }
.summary .good { border-left-color: var(--good); }
.summary .bad { border-left-color: var(--bad); }
.summary .neutral { border-left-color: var(--warn); }
.strip { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 0 0 1.5rem; padding: 0; }
.strip li { flex: 1 1 8.5rem; max-width: 100%; }
.strip a { display: block; height: 100%; padding: .55rem .8rem; text-decoration: none; color: var(--ink); border-top: 5px solid var(--nothing); font-size: .88rem; line-height: 1.35; }
.strip a:hover { background: var(--calm-ground); }
.strip .everything { border-top-color: var(--everything); }
.strip .writes { border-top-color: var(--writes); }
.strip .schema { border-top-color: var(--schema); }
.strip b { display: block; }
.phase { margin: 0 0 1.5rem; }
.phase > header { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: baseline; padding: .85rem 1.1rem; border-bottom: 1px solid var(--line); }
.phase > header h3 { margin-right: auto; }
.alone { border-style: dashed; }
ol.steps { list-style: none; margin: 0; padding: 0 1.1rem; }
ol.steps > li { position: relative; padding: 1rem 0 1rem 2.9rem; border-bottom: 1px solid var(--line); }
ol.steps > li:last-child { border-bottom: 0; }
ol.steps > li::before { content: ""; position: absolute; left: .82rem; top: 2.9rem; bottom: -.9rem; width: 2px; background: var(--line); }
ol.steps > li:last-child::before { display: none; }
.number { position: absolute; left: 0; top: .95rem; min-width: 1.75rem; height: 1.75rem; padding: 0 .3rem; border-radius: .9rem; text-align: center;
  line-height: 1.75rem; font-size: .82rem; font-weight: 650; background: var(--calm-ground); color: var(--ink); font-variant-numeric: tabular-nums; }
.what { font-weight: 600; }
.origin { font-size: .82rem; color: var(--soft); margin-left: .4rem; }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin: .5rem 0 0; padding: 0; list-style: none; }
.chip { display: inline-block; padding: .12rem .6rem; border-radius: 1rem; font-size: .8rem; line-height: 1.5; background: var(--calm-ground); color: var(--ink); }
.chip.everything, .heat td.everything { background: var(--everything); color: var(--on-everything); }
.chip.writes, .heat td.writes { background: var(--writes); color: var(--on-writes); }
.chip.schema, .heat td.schema { background: var(--schema); color: var(--on-schema); }
.chip.nothing, .heat td.nothing { background: var(--nothing); color: var(--on-nothing); }
.chip.bad { background: var(--bad-ground); color: var(--bad); }
.chip.warn { background: var(--warn-ground); color: var(--warn); }
.chip.good { background: var(--good-ground); color: var(--good); }
.heat td.everything.held { background: var(--everything-held); color: var(--on-everything-held); }
.heat td.writes.held { background: var(--writes-held); color: var(--on-writes-held); }
.heat td.schema.held { background: var(--schema-held); color: var(--on-schema-held); }
.say { margin: .5rem 0 0; padding: .3rem .8rem; border-left: 3px solid var(--line); font-size: .92rem; }
.say.bad { border-left-color: var(--bad); background: var(--bad-ground); }
.say.warn { border-left-color: var(--warn); background: var(--warn-ground); }
.say.bad b { color: var(--bad); }
.say.warn b { color: var(--warn); }
pre { margin: .7rem 0 0; padding: .75rem .9rem; background: var(--code); border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; line-height: 1.5; tab-size: 4; }
pre + pre { margin-top: .35rem; }
.k { color: var(--keyword); font-weight: 600; } .s { color: var(--string); } .n { color: var(--number); } .f { color: var(--call); } .c { color: var(--comment); font-style: italic; }
details > summary { cursor: pointer; color: var(--link); font-size: .9rem; margin-top: .5rem; }
.heat { position: relative; overflow-x: auto; padding: .4rem 1.1rem 1rem; }
.heat table { border-collapse: separate; border-spacing: 3px; font-size: .8rem; }
.heat th { font-weight: 600; text-align: left; padding: .25rem .5rem; white-space: nowrap; }
.heat thead th { text-align: center; color: var(--soft); font-variant-numeric: tabular-nums; }
.heat tbody th { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-weight: 500; max-width: 22rem; white-space: normal; min-width: 7rem; }
.heat td { min-width: 2.9rem; height: 2rem; text-align: center; border-radius: 6px; padding: 0 .35rem; font-weight: 600; background: var(--code); }
.legend { display: flex; flex-wrap: wrap; gap: .4rem .6rem; padding: 0 1.1rem 1rem; margin: 0; font-size: .82rem; list-style: none; }
.hazards, .losses { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
.hazards > li, .losses > li { padding: .9rem 1.1rem; border-left: 4px solid var(--warn); }
.hazards > .error { border-left-color: var(--bad); }
.hazards > .note, .hazards > .allowed { border-left-color: var(--line); }
.losses > li { border-left-color: var(--bad); }
.proof { padding: 1rem 1.1rem; }
.proof dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .4rem 0 0; }
.proof dt { color: var(--soft); }
.proof dd { margin: 0; }
.none { padding: .9rem 1.1rem; color: var(--soft); }
footer { padding-top: 2rem; padding-bottom: 3rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 34rem) {
  main, header.top, nav.top, footer { padding-left: .8rem; padding-right: .8rem; }
  h1 { font-size: 1.5rem; }
  ol.steps > li { padding-left: 0; padding-top: 3rem; }
  ol.steps > li::before { display: none; }
  .proof dl { grid-template-columns: 1fr; gap: 0; }
  .proof dd { margin-bottom: .5rem; }
}
@media print {
  :root { --ground: #ffffff; --panel: #ffffff; --shadow: none; }
  nav.top, .skip { display: none; }
  .panel, pre, .chip, td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  ol.steps > li, .hazards > li, .summary > div { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
)css";

}  // namespace lpc::plan
