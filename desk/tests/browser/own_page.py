"""The demo page as a clinic might make it: with other attributes on the tag, and with styles."""

import re

from playwright.sync_api import BrowserContext, Route

TAG = '<script src="/widget.js"'
SHEET = '<link rel="stylesheet" href="/own.css">'


def make_own(context: BrowserContext, attributes: str = "", styles: str = "") -> None:
    """Give the demo page these, from the next time it is loaded."""

    def answer(route: Route) -> None:
        page = route.fetch()
        html = page.text()
        assert TAG in html
        html = html.replace(TAG, f"{TAG} {attributes}").replace("</head>", f"{SHEET}</head>")
        route.fulfill(response=page, body=html)

    context.route(re.compile("/demo$"), answer)
    # Of the site itself: the page's policy lets nothing else in.
    context.route(
        re.compile("/own.css$"), lambda route: route.fulfill(body=styles, content_type="text/css")
    )
