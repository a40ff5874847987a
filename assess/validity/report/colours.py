"""The colours of reports, light and dark, and the style of pictures: on a page by custom properties, on paper as they are."""

import re
from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "paper": "#fbfaf7",
    "card": "#fff",
    "ink": "#1c2530",
    "soft": "#586472",
    "rule": "#e0ddd5",
    "accent": "#0b6570",
    "fill": "#8fc1c4",
    "cut": "#b8420f",
    "band": "rgba(184,66,15,.14)",
    "alarm": "#8a1f11",
    "alarm-paper": "#fdeee9",
    "ok": "#1c6b3a",
    "warn": "#8a5a00",
    "second": "#7a4b9a",
    "quiet": "#f1efe8",
}
DARK: Mapping[str, str] = {
    "paper": "#12171c",
    "card": "#1a2128",
    "ink": "#e7ecf0",
    "soft": "#9eabb6",
    "rule": "#2d3741",
    "accent": "#6cc5cd",
    "fill": "#2f7c83",
    "cut": "#ff9d6b",
    "band": "rgba(255,157,107,.2)",
    "alarm": "#ffb4a3",
    "alarm-paper": "#3a1d16",
    "ok": "#7fd09c",
    "warn": "#f0c065",
    "second": "#c9a3e6",
    "quiet": "#222b33",
}

PICTURES = """
.picture text{fill:var(--ink)}.picture .tick{fill:var(--soft);font-size:11px}.picture .name{fill:var(--soft);font-size:11.5px}
.picture .label{font-size:11.5px}.picture .small{fill:var(--soft);font-size:10px}.picture .inside{fill:var(--card);font-size:10px}
.picture .letter{font-size:8px;font-weight:700}
.picture text.cut{fill:var(--cut);font-weight:600;paint-order:stroke;stroke:var(--card);stroke-width:3px;
stroke-linejoin:round}
.bar{fill:var(--fill)}.grid{stroke:var(--rule);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
line.cut{stroke:var(--cut);stroke-width:2}.dashed{stroke-dasharray:4 3}.band{fill:var(--band)}.cut-dot{fill:var(--cut)}
.quiet{fill:var(--quiet)}.reference{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3}
.whisker{stroke:var(--accent);stroke-width:2.5;stroke-linecap:round}.dot{fill:var(--accent)}
.whisker.weak{stroke-dasharray:1 5}.dot.weak{fill:var(--card);stroke:var(--accent);stroke-width:2}
.thin{stroke:var(--accent);stroke-width:1}.range{stroke:var(--accent);stroke-width:1;stroke-opacity:.35}
.point{fill:var(--accent);fill-opacity:.45}.fit{stroke:var(--accent);stroke-width:2.5;fill:none}
.curve{stroke:var(--accent);stroke-width:1.2;stroke-opacity:.55;fill:none}.area{fill:var(--accent);fill-opacity:.12}
.line1{stroke:var(--second);stroke-dasharray:6 3}.line2{stroke:var(--cut);stroke-dasharray:2 3}.line3{stroke:var(--soft)}
.level,.positive{fill:var(--accent)}.negative{fill:var(--second)}
.right-pass{fill:var(--fill)}.right-fail{fill:var(--rule)}.false-pass,.false-fail{fill:var(--card);stroke:var(--cut);stroke-width:1.5}
.sign{stroke:var(--cut);stroke-width:1.8}.ring{fill:none;stroke:var(--cut);stroke-width:1.8}
.link{stroke:var(--accent)}.node{fill:var(--card);stroke:var(--accent);stroke-width:2}
.check-passed{fill:var(--fill)}.check-waived{fill:url(#stripes);stroke:var(--accent)}.check-lacking{fill:url(#spots);
stroke:var(--warn)}.check-failed{fill:var(--alarm)}.stripe{stroke:var(--accent);stroke-width:1.5}.spot{fill:var(--warn)}
"""


def properties(colours: Mapping[str, str]) -> str:
    """As custom properties of a style sheet.

    >>> properties({"ink": "#000"})
    '--ink:#000'
    """
    return ";".join(f"--{name}:{value}" for name, value in colours.items())


def fixed(style: str, colours: Mapping[str, str] = LIGHT) -> str:
    """A style whose custom properties are replaced by their values, for paper.

    >>> fixed(".bar{fill:var(--ink)}", {"ink": "#000"})
    '.bar{fill:#000}'
    """
    return re.sub(r"var\(--([a-z-]+)\)", lambda found: colours[found[1]], style)
