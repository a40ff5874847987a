"""How the station's own pages look: they are served without any other file, so their few rules stand here, once."""

STYLE = """
:root { color-scheme: light dark; --ink: #14212b; --ground: #f5f6f3; --card: #fff; --line: #c9d0d3;
  --main: #0a5a66; --on-main: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eef2f4; --ground: #10181c; --card: #182027; --line: #3a464e; --main: #62c8d5; --on-main: #0b1418 }
}
body { font: 1.0625rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 48rem;
  margin: 1.5rem auto; padding: 0 1rem }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .4rem 0 }
h2 { font-size: 1.2rem; margin: 1rem 0 .3rem }
h3 { font-size: 1.1rem; margin: 0 }
p { margin: .4rem 0 }
ul { padding: 0; margin: 0 }
li, .card { list-style: none; background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: .9rem 1rem; margin: .8rem 0 }
li form { display: inline }
a { color: var(--main) }
.state { font-weight: 700 }
.said { border-left: .4rem solid var(--main); padding: .2rem .9rem }
button { font: inherit; font-weight: 700; min-height: 3rem; padding: .5rem 1.2rem; margin: .5rem .6rem 0 0;
  border: 1px solid var(--main); border-radius: .4rem; background: var(--main); color: var(--on-main) }
input { font: inherit; max-width: 100%; box-sizing: border-box; padding: .5rem 0 }
button:focus-visible, a:focus-visible, input:focus-visible { outline: 3px solid var(--main); outline-offset: 3px }
"""
