"""One self-contained page: style sheet inside, no script, nothing loaded from elsewhere, light and dark, from 320 px to paper."""

from collections.abc import Sequence

from assess.validity.report.colours import DARK, LIGHT, PICTURES, properties
from assess.validity.report.markup import Child, Markup, element, join

FRAME = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",
Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:62rem;margin:0 auto;padding:1.25rem 1rem 4rem}
h1{font-size:clamp(1.5rem,1.1rem + 2vw,2.25rem);line-height:1.15;letter-spacing:-.015em;margin:.4rem 0 .5rem;text-wrap:balance}
h2{font-size:1.3rem;line-height:1.25;margin:0 0 .35rem;letter-spacing:-.01em}
h3{font-size:1rem;margin:1.4rem 0 .3rem}
p{margin:.35rem 0 .7rem;max-width:44rem}
a{color:var(--accent)}
.kind{color:var(--soft);font-size:.82rem;letter-spacing:.06em;text-transform:uppercase;margin:0}
.meta{color:var(--soft);font-size:.88rem;overflow-wrap:anywhere}
.simulated{border:2px solid var(--alarm);background:var(--alarm-paper);color:var(--alarm);border-radius:.6rem;padding:.8rem 1rem;
margin:1rem 0}
.simulated strong{display:block;font-size:1.1rem;letter-spacing:.02em}
.simulated p{margin:.2rem 0 0}
section{border-top:1px solid var(--rule);margin-top:2.2rem;padding-top:1.5rem}
.short{list-style:none;padding:0;margin:1rem 0 0;display:grid;gap:.5rem}
@media (min-width:46rem){.short{grid-template-columns:1fr 1fr}}
.short li{background:var(--card);border:1px solid var(--rule);border-left:4px solid var(--accent);border-radius:.4rem;
padding:.55rem .8rem}
.short li.weak{border-left:4px dashed var(--warn)}
.row{display:grid;grid-template-columns:minmax(0,1fr);gap:1.25rem;margin:1rem 0 1.4rem;align-items:start}
@media (min-width:46rem){.row{grid-template-columns:minmax(0,1.15fr) minmax(0,1fr)}
.row.even{grid-template-columns:repeat(2,minmax(0,1fr))}}
figure{margin:0;background:var(--card);border:1px solid var(--rule);border-radius:.6rem;padding:.7rem .7rem .5rem}
figure details{font-size:.86rem;padding:0 .2rem}figure .table{max-height:22rem;overflow:auto}
figcaption{color:var(--soft);font-size:.86rem;line-height:1.45;padding:.3rem .2rem 0}
.picture{display:block;width:100%;height:auto;font:12px ui-sans-serif,system-ui,"Segoe UI",Roboto,Arial,sans-serif;overflow:visible}
"""

REST = """
dl.facts{margin:0;display:grid;gap:.9rem 1.2rem;grid-template-columns:repeat(auto-fit,minmax(12.5rem,1fr))}
.facts dt{font-weight:600;font-size:.92rem}
.facts dd{margin:.05rem 0 0}
.figure{font-size:1.55rem;font-weight:650;letter-spacing:-.02em;line-height:1.2;color:var(--accent)}
.about{color:var(--soft);font-size:.88rem;display:block}
.lacking{color:var(--warn);font-weight:600}
.table{overflow-x:auto;margin:.6rem 0 1rem;border:1px solid var(--rule);border-radius:.5rem;background:var(--card)}
table{border-collapse:collapse;width:100%;font-size:.86rem;line-height:1.35}
caption{text-align:left;padding:.6rem .7rem .4rem;font-weight:600}
th,td{text-align:left;vertical-align:top;padding:.42rem .7rem;border-top:1px solid var(--rule)}
thead th{color:var(--soft);font-weight:600;border-top:0;vertical-align:bottom}
td.n{white-space:nowrap}td small,th small,li small{color:var(--soft);display:block;font-weight:400}
tbody th{color:var(--ink)}.claim tbody th{font-weight:400}
details{margin:.4rem 0}summary{cursor:pointer;color:var(--accent);font-weight:600;padding:.25rem 0}
summary:focus-visible,.table:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.methods{font-size:.86rem;color:var(--soft);padding-left:1.1rem}.methods li{margin:.25rem 0}
.tag{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .55rem;font-size:.78rem;font-weight:600;
white-space:nowrap}
.pass{color:var(--ok)}.fail{color:var(--alarm)}.lack{color:var(--warn)}.waived{color:var(--accent)}
.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.82em;overflow-wrap:anywhere;color:var(--soft)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1rem;padding:0;margin:1rem 0 0;font-size:.92rem}
footer{margin-top:2.5rem;border-top:1px solid var(--rule);padding-top:1rem;color:var(--soft);font-size:.86rem}
@media (max-width:30rem){main{padding:1rem .75rem 3rem}figure{padding:.45rem .4rem}.picture,.picture .tick,.picture .name,
.picture .label{font-size:12.5px}th,td{min-width:5.5rem}}
.director{border-top:0;margin-top:1rem;padding-top:0}.director h3{margin:1.3rem 0 .4rem}
.director ul,.director ol{padding-left:1.2rem;max-width:46rem}.director li{margin:.4rem 0}
.dense table{font-size:.84rem}.dense td,.dense th{padding:.3rem .6rem}
.claim h3{margin:1rem 0 .2rem}.claim .tag{vertical-align:.1em}
.voice{margin-top:3rem;font-size:1.5rem}
@media print{body{background:#fff}.director{break-after:page}.table{overflow:visible}details>*{display:block}
section,figure{break-inside:avoid-page}}
"""

COLOURS = f":root{{{properties(LIGHT)}}}\n@media (prefers-color-scheme:dark){{:root{{{properties(DARK)}}}}}"
STYLE = f"\n{COLOURS}{FRAME}{PICTURES}{REST}"
"""The whole style sheet of a report; pages of the product that show reports use it as well."""


def page(*, title: str, kind: str, simulated: str | None, body: Child, footer: Child) -> str:
    """The whole document. Simulated data are announced before anything else."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"SIMULATED: {title}" if simulated else title),
        element("style", Markup(STYLE)),
    )
    main = element(
        "main",
        element("header", element("p", kind, class_="kind"), element("h1", title), announcement(simulated)),
        body,
        element("footer", footer),
    )
    return "<!doctype html>\n" + element("html", head, element("body", main), lang="en") + "\n"


def announcement(simulated: str | None) -> Markup | None:
    """The loud sentence over everything that rests on made-up data."""
    if not simulated:
        return None
    warning = "SIMULATED DATA. No person stands behind these figures; nothing may be decided about anyone from them."
    return element("div", element("strong", warning), element("p", simulated), class_="simulated", role="note")


def table(caption: str, header: Sequence[str], rows: Sequence[Sequence[Child]], *, shares: str = "") -> Markup:
    """A table that scrolls sideways by itself when the screen is narrow.

    `shares` says how columns share the width of the paper ("3 1 2"); a screen finds that by itself.
    """
    head = element("tr", *[element("th", cell, scope="col") for cell in header])
    body = [
        element("tr", element("th", row[0], scope="row"), *[element("td", cell) for cell in row[1:]]) for row in rows
    ]
    parts = (element("caption", caption), element("thead", head), element("tbody", *body))
    whole = element("table", *parts, data_shares=shares or None)
    return element("div", whole, class_="table", tabindex="0", role="region", aria_label=caption)


def section(heading: str, *content: Child, anchor: str, class_: str | None = None) -> Markup:
    """A section with its heading; `anchor` is unique on the page."""
    return element(
        "section",
        element("h2", heading, id=f"{anchor}-heading"),
        *content,
        id=anchor,
        aria_labelledby=f"{anchor}-heading",
        class_=class_,
    )


def figure(picture: Markup, caption: str, numbers: Markup | None = None) -> Markup:
    """A picture, what it says in words, and its numbers as a table for who cannot or will not look."""
    unfolded = None if numbers is None else unfolding("The numbers of this picture", numbers)
    return element("figure", picture, element("figcaption", caption), unfolded)


def row(*content: Child, even: bool = False) -> Markup:
    """Side by side where there is room: picture and numbers, or (even) two pictures."""
    return element("div", *content, class_="row even" if even else "row")


def unfolding(summary: str, *content: Child) -> Markup:
    """Further detail, one press away."""
    return element("details", element("summary", summary), join(*content))
