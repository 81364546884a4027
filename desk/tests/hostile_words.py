"""Words that would run, or do something, where a page or a table took them for more than words.

Each holds `NAME`, as a tag's or an attribute's name where it can, and calls `harmed()`: a page in
which a part has that name, or where that was called, took words for its own.
"""

NAME = "xss0"
CALL = f"window.{NAME}=1"

TAGS = {
    "script": f"<script {NAME}>{CALL}</script>",
    "script in pieces": f"<scr<script>ipt>{CALL}</scr</script>ipt><b {NAME}>",
    "script end": f"</script><script {NAME}>{CALL}</script>",
    "image": f'<img {NAME} src="/{NAME}" onerror="{CALL}">',
    "image without an end": f"<img {NAME} src=/{NAME} onerror={CALL} ",
    "image with slashes": f"<img/{NAME}/src=/{NAME}/onerror={CALL}>",
    "svg": f"<svg {NAME} onload={CALL}><animate onbegin={CALL} attributeName=x dur=1s></svg>",
    "svg use": f'<svg {NAME}><use href="data:image/svg+xml,<svg id=x onload={CALL}>#x"/></svg>',
    "math": f'<math {NAME}><mtext><mglyph><style><img src onerror="{CALL}">',
    "mutation": f'<noscript><p title="</noscript><img {NAME} src onerror={CALL}>">',
    "template": f"<template {NAME}><img src onerror={CALL}></template>",
    "details": f"<details {NAME} open ontoggle={CALL}>",
    "body": f"<body {NAME} onload={CALL} onpageshow={CALL}>",
    "input": f"<input {NAME} autofocus onfocus={CALL}>",
    "video": f"<video {NAME}><source onerror={CALL}></video>",
    "marquee": f"<marquee {NAME} onstart={CALL}>",
    "frame": f'<iframe {NAME} srcdoc="<script>parent.{NAME}=1</script>"></iframe>',
    "frame address": f"<iframe {NAME} src=javascript:parent.{NAME}=1></iframe>",
    "object": f"<object {NAME} data=javascript:{CALL}></object>",
    "embed": f"<embed {NAME} src=javascript:{CALL}>",
    "base": f"<base {NAME} href=//{NAME}.example/>",
    "refresh": f'<meta {NAME} http-equiv=refresh content="0;url=javascript:{CALL}">',
    "stylesheet": f"<link {NAME} rel=stylesheet href=//{NAME}.example/x.css>",
    "style": f"</style><style {NAME}>*{{background:url(//{NAME}.example/x)}}</style>",
    "style attribute": f'<b {NAME} style="background:url(//{NAME}.example/y)">x</b>',
    "form": f"<form {NAME} action=//{NAME}.example/><button formaction=javascript:{CALL}>x",
    "link": f"<a {NAME} href=javascript:{CALL}>here</a>",
    "link in pieces": f'<a {NAME} href="jav&#x09;ascript:{CALL}">here</a>',
    "link with data": f'<a {NAME} href="data:text/html,<script>{CALL}</script>">here</a>',
    "htmx": f'<b {NAME} hx-get="/inbox" hx-trigger="load" hx-on:htmx:load="{CALL}">x</b>',
    "htmx script": f"<b {NAME} hx-vals='js:{{x:({CALL})}}' hx-trigger=load hx-post=/x>x</b>",
    "sse": f'<b {NAME} hx-ext=sse sse-connect=/x sse-swap=x hx-swap-oob="true" id=who>x</b>',
    "out of band": f'<div {NAME} id="transcript" hx-swap-oob="outerHTML">x</div>',
    "custom element": f"<{NAME}-x is={NAME}>x</{NAME}-x>",
    "comment": f"--><img {NAME} src onerror={CALL}><!--",
    "CDATA": f"<![CDATA[<img {NAME} src onerror={CALL}>]]>",
    "textarea end": f"</textarea><img {NAME} src onerror={CALL}>",
    "title end": f"</title></option></select><img {NAME} src onerror={CALL}>",
    "full width": f"\uff1cimg {NAME} src onerror={CALL}\uff1e",
}
"""Parts of a page."""

ATTRIBUTES = {
    "double quote": f'" {NAME}="1" autofocus onfocus="{CALL}" x="',
    "single quote": f"' {NAME}='1' autofocus onfocus='{CALL}' x='",
    "back quote": f"` {NAME}=1 onfocus={CALL} x=`",
    "no quote": f"x {NAME}=1 autofocus onfocus={CALL}",
    "coded quote": f"&quot; {NAME}=1 onfocus={CALL} &#39; &#x22; &amp;quot;",
    "javascript": f"javascript:{CALL}//",
    "javascript in code": f"java&#115;cript:{CALL}",
    "vbscript": f"vbscript:{CALL}",
    "data": f"data:text/html,<script>{CALL}</script>",
}
"""Values that would end an attribute, or be an address."""

TEXTS = {
    "script string": f"';{CALL};//\";{CALL};//\\';{CALL};//`${{{CALL}}}`",
    "JSON": f'"}}]}};{CALL};//</script><script {NAME}>',
    "line ends of scripts": f"\u2028{CALL}\u2029{CALL}",
    "braces": "{{ 7 * 1301 }} {% raw %} ${7*1301} #{7*1301} <%= 7*1301 %> {phone.__class__} {0}",
    "entities": f"&lt;img {NAME} src onerror={CALL}&gt; &#60;b {NAME}&#62;",
    "coded twice": f"%3Cimg%20{NAME}%20src%20onerror={CALL}%3E %253Cb%2520{NAME}%253E",
    "Markdown": f"[here](javascript:{CALL}) ![x](//{NAME}.example/x) <javascript:{CALL}> **b**",
    "autolink": f"https://ok.example/\"{NAME}=1 https://ok.example/'onmouseover={CALL}",
    "other way round": "\u202e<tpircs>\u202c \u2066x\u2069 \u200b<\u200bscript>",
    "CSS": f"expression({CALL}) }} * {{ background: url(//{NAME}.example/z) }}",
    "header": f"x\r\nSet-Cookie: {NAME}=1\r\n\r\n<b {NAME}>",
    "terminal": "\x1b]0;x\x07\x1b[31mred\x1b[0m\x9b31m",
    "chat marks": f"<!channel> <@U0> <https://{NAME}.example|here> @everyone *b* `c`",
}
"""What other readers of text could take for theirs."""

FORMULAS = {
    "equals": f'=HYPERLINK("//{NAME}.example","x")',
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(1)",
    "tab": "\t=1+1",
    "CR": "\r=1+1",
    "call": "=cmd|'/c calc'!A1",
    "full width": "\uff1d1+1",
}
"""What a table would reckon with."""

ALL = TAGS | ATTRIBUTES | TEXTS | FORMULAS
SHORT = ATTRIBUTES["double quote"]
