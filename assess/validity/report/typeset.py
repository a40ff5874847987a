"""A report on paper: the page's own elements set by typst, with the same pictures and their text alternatives.

The page is the only document there is. It is read as a tree and every element becomes its counterpart in typst, so the paper
cannot say anything else than the screen. Tagged PDF with text alternatives (PDF/UA-1); no date and no system font enters it,
so the same page gives the same bytes.
"""

import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import typst

from assess.validity.report.colours import LIGHT, PICTURES, fixed

Element = ElementTree.Element

PICTURE_STYLE = fixed(PICTURES) + 'text{font-family:"Libertinus Serif";font-size:12.5px}'
LEFT_OUT = "The numbers of this picture"
"""Unfolding numbers of pictures stay on the screen: on paper the tables and the study's document hold them."""

MOST_AT_FULL_SIZE = 14

FRAME = """
#let ink = rgb("{ink}")
#let soft = rgb("{soft}")
#let rule = rgb("{rule}")
#let accent = rgb("{accent}")
#let alarm = rgb("{alarm}")
#let warn = rgb("{warn}")
#let ok = rgb("{ok}")
#set page(paper: "a4", margin: (x: 19mm, top: 20mm, bottom: 18mm), header: context if counter(page).get().first() > 1 [
  #set text(8pt, fill: soft)
  #running #h(1fr) #counter(page).display("1 of 1", both: true)
])
#set text(font: "Libertinus Serif", size: 10pt, fill: ink, lang: "en")
#set par(leading: 0.58em, spacing: 0.85em)
#set list(marker: [–], spacing: 0.7em)
#set enum(spacing: 0.7em)
#show heading: set block(above: 1.35em, below: 0.6em, sticky: true)
#show heading.where(level: 1): set text(19pt)
#show heading.where(level: 2): set text(14pt)
#show heading.where(level: 3): set text(11.5pt)
#show heading.where(level: 4): set text(10pt)
#show figure: set block(breakable: false)
#show figure.caption: it => align(left, text(8.3pt, fill: soft, it.body))
#set figure(numbering: none, gap: 0.5em)
#set table(stroke: (x, y) => if y == 0 {{ (bottom: 0.6pt + soft) }} else {{ (bottom: 0.3pt + rule) }}, inset: (x: 4pt, y: 3.2pt))
#let small(body) = text(8.3pt, fill: soft, body)
#let large(body) = text(15pt, fill: accent, weight: "bold", body)
#let lacking(body) = text(fill: warn, body)
#let tag(colour, body) = box(stroke: 0.6pt + colour, radius: 5pt, inset: (x: 3pt), outset: (y: 2pt),
  text(7.8pt, fill: colour, weight: "bold", body))
#let to(place, body) = context if query(place).len() == 1 {{ link(place, text(fill: accent, body)) }} else {{ body }}
"""


def report_pdf(page: str) -> bytes:
    """A report's page as PDF.

    Parameters
    ----------
    page
        As `page.page` makes it.

    Examples
    --------
    >>> from assess.validity.report.page import page
    >>> report_pdf(page(title="A", kind="Study report", simulated=None, body="b", footer="f"))[:5]
    b'%PDF-'
    """
    compiled = typst.Compiler(ignore_system_fonts=True).compile(
        typst_source(page).encode(), format="pdf", pdf_standards=["ua-1"]
    )
    assert isinstance(compiled, bytes)
    return compiled


def typst_source(page: str) -> str:
    """A report's page in typst's language; every text is a string of it and can never be read as markup."""
    root = ElementTree.fromstring(page.removeprefix("<!doctype html>\n"))
    title, main = root.findtext("head/title") or "", root.find("body/main")
    assert main is not None
    opening = f"#set document(title: {quoted(title)}, date: none)\n#let running = {quoted(title)}\n"
    return opening + FRAME.format(**LIGHT) + "".join(_blocks(main))


def quoted(text: str) -> str:
    r"""A string of typst.

    >>> print(quoted('a "b" \\ #c'))
    "a \"b\" \\ #c"
    """
    plain = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text).replace("\n", " ")
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _blocks(parent: Element) -> Iterator[str]:
    """The children one below the other."""
    if parent.text and parent.text.strip():
        yield f"#par({_inline_text(parent.text)})\n"
    children = list(parent)
    for place, child in enumerate(children):
        after = children[place + 1] if place + 1 < len(children) else None
        made = _block(child)
        # words that open a row of pictures move to the next page with it
        opens = child.tag == "p" and after is not None and "row" in after.get("class", "").split()
        yield f"#block(sticky: true)[{made}]\n" if opens else made
        if child.tail and child.tail.strip():
            yield f"#par({_inline_text(child.tail)})\n"


def _block(element: Element) -> str:
    made = BLOCKS.get(element.tag)
    if made is None:
        return f"#block[{_inline(element)}]\n"
    return made(element)


def _inside(element: Element) -> str:
    return "".join(_blocks(element))


def _inline(element: Element) -> str:
    """Text with its spans."""
    parts = [f"#{quoted(element.text)};" if element.text else ""]
    for child in element:
        dress = SPANS.get(child.tag, "{}")
        if child.tag == "span":
            dress = _span(child)
        elif child.tag == "a" and child.get("href", "").startswith("#"):
            dress = f"#to(label({quoted(child.get('href', '')[1:])}))[{{}}]"
        elif child.tag == "small" and not any(parts):
            dress = "#small[{}]"  # nothing stands before it, so no line is broken
        parts.append(dress.replace("{}", _inline(child)))
        parts.append(f"#{quoted(child.tail)};" if child.tail else "")
    return "".join(parts)


def _span(element: Element) -> str:
    classes = element.get("class", "").split()
    if "tag" in classes:
        return f"#tag({next((TAGS[name] for name in classes if name in TAGS), 'ink')})[{{}}] "
    if "id" in classes:
        # a digest is one long word: it may be broken after every eight characters
        element.text = "\u200b".join(re.findall(".{1,8}", element.text or ""))
        return "#text(7.6pt)[{}]"
    return {"figure": "#large[{}] ", "about": "#small[{}] ", "lacking": "#lacking[{}] "}.get(" ".join(classes), "{}")


def _inline_text(text: str) -> str:
    return f"[#{quoted(text)};]"


SPANS = {
    "b": "#strong[{}]",
    "strong": "#strong[{}]",
    "em": "#emph[{}]",
    "small": "#linebreak()#small[{}]",
    "br": "#linebreak()",
    "a": "{}",
    "code": "#raw({})",
}
TAGS = {"pass": "ok", "fail": "alarm", "lack": "warn", "waived": "accent"}
LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}


def _heading(element: Element) -> str:
    content = _inline(element)
    if element.get("class") == "voice":
        return f"#pagebreak(weak: true)\n#heading(level: 1)[{content}]\n"
    place = element.get("id", "").removesuffix("-heading")
    return f"#heading(level: {LEVELS[element.tag]})[{content}]{f' #label({quoted(place)})' if place else ''}\n"


def _paragraph(element: Element) -> str:
    content = _inline(element)
    dress = {"kind": "small", "meta": "small", "about": "small", "lacking": "lacking"}.get(element.get("class") or "")
    return f"#block[#{dress}[{content}]]\n" if dress else f"#par[{content}]\n"


def _section(element: Element) -> str:
    classes = (element.get("class") or "").split()
    if "claim" in classes:
        return _claim(element)
    inside = _inside(element)
    if "director" not in classes:
        return inside
    # one page stays one page: much to say is said smaller
    size = 8.5 if "dense" in classes or sum(1 for _ in element.iter("li")) > MOST_AT_FULL_SIZE else 10
    return f"#[#set text({size}pt)\n{inside}]\n#pagebreak(weak: true)\n"


def _claim(element: Element) -> str:
    """What opens a claim stays with the first rows of its table."""
    opened, made = False, []
    for child in element:
        opened = opened or child.tag == "div"
        made.append(_block(child) if opened or child.tag == "h2" else f"#block(sticky: true)[{_block(child)}]\n")
    return "".join(made)


def _list(element: Element) -> str:
    how = "enum" if element.tag == "ol" else "list"
    items = ", ".join(f"[{_inline(item)}]" for item in element.findall("li"))
    made = f"#{how}({items})\n" if items else ""
    return f"#block[#set text(8.3pt, fill: soft)\n{made}]\n" if element.get("class") == "methods" else made


def _figure(element: Element) -> str:
    picture, caption = element.find("svg"), element.find("figcaption")
    assert picture is not None
    alternative = " ".join(filter(None, [picture.findtext("title"), picture.findtext("desc")]))
    told = "" if caption is None else f", caption: [{_inline(caption)}]"
    image = f'image(bytes({quoted(_dressed(picture))}), format: "svg", width: 100%, alt: {quoted(alternative)})'
    return f"#figure({image}, alt: {quoted(alternative)}{told})\n"


def _dressed(picture: Element) -> str:
    """A picture that stands alone: its style and the SVG name space with it."""
    whole = ElementTree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": picture.get("viewBox", "")})
    ElementTree.SubElement(whole, "style").text = PICTURE_STYLE
    group = ElementTree.SubElement(whole, "g", {"class": "picture"})
    group.extend(child for child in picture if child.tag not in {"title", "desc"})
    return ElementTree.tostring(whole, encoding="unicode")


def _row(element: Element) -> str:
    """Side by side."""
    cells = [_block(child) for child in element]
    if len(cells) == 1:
        return f"#block(width: 62%)[{cells[0]}]\n"
    pairs = ", ".join(f"[{cell}]" for cell in cells)
    return f"#grid(columns: (1fr, 1fr), column-gutter: 7mm, row-gutter: 5mm, {pairs})\n"


def _division(element: Element) -> str:
    made = element.get("class", "").split()
    if "row" in made:
        return _row(element)
    if "simulated" in made:
        return f"#block(stroke: 1.2pt + alarm, inset: 8pt, radius: 4pt, width: 100%)[#set text(fill: alarm)\n{_inside(element)}]\n"
    return _inside(element)


def _table(element: Element) -> str:
    caption = element.find("caption")
    head = ["".join(f"[#strong[{_inline(cell)}]], " for cell in row) for row in element.findall("thead/tr")]
    body = ["".join(f"[{_inline(cell)}], " for cell in row) for row in element.findall("tbody/tr")]
    columns = max((len(list(row)) for row in element.iter("tr")), default=1)
    title = "" if caption is None else f"#block(below: 0.5em, sticky: true)[#strong[{_inline(caption)}]]\n"
    shares = element.get("data-shares", "").split()
    across = f"({', '.join(f'{share}fr' for share in shares)})" if len(shares) == columns else str(columns)
    table = f"#table(columns: {across}, table.header({''.join(head)}), {' '.join(body)})"
    return f"{title}#block[#set text({8.3 if columns < 7 else 7.4}pt)\n{table}]\n"


def _facts(element: Element) -> str:
    entries = []
    for entry in element:
        label, told = entry.find("dt"), entry.find("dd")
        assert label is not None and told is not None
        lines = " #linebreak() ".join(part for part in (_inline_parts(told)) if part)
        entries.append(f"grid.cell(breakable: false)[#strong[{_inline(label)}] #linebreak() {lines}]")
    return f"#grid(columns: 1, row-gutter: 4mm, {', '.join(entries)})\n" if entries else ""


def _inline_parts(element: Element) -> list[str]:
    """Each span of a description on a line of its own."""
    lines = []
    for child in element:
        alone = ElementTree.Element("div")
        alone.append(child)
        lines.append(_inline(alone))
    return lines


def _details(element: Element) -> str:
    heading = element.find("summary")
    name = "" if heading is None or heading.text is None else heading.text
    if name == LEFT_OUT:
        return ""
    rest = "".join(_block(child) for child in element if child.tag != "summary")
    return f"#block(above: 1.2em, sticky: true)[#strong[#{quoted(name)};]]\n{rest}" if rest else ""


BLOCKS: dict[str, Callable[[Element], str]] = {
    "h1": _heading,
    "h2": _heading,
    "h3": _heading,
    "h4": _heading,
    "p": _paragraph,
    "section": _section,
    "header": _inside,
    "nav": lambda _: "",
    "footer": lambda element: f"#block(above: 2em)[#small[{_inside(element)}]]\n",
    "ul": _list,
    "ol": _list,
    "figure": _figure,
    "div": _division,
    "table": _table,
    "dl": _facts,
    "details": _details,
}
