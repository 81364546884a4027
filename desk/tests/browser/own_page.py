"""The demo page as a clinic might make it: with other attributes on the tag, styles and scripts."""

import re

from playwright.sync_api import BrowserContext, Page, Route

TAG = '<script src="/widget.js"'


def make_own(where: Page | BrowserContext, attributes: str = "", head: str = "") -> None:
    """Give the demo page these attributes and this in its head, from the next time it is loaded."""

    def answer(route: Route) -> None:
        page = route.fetch()
        html = page.text()
        assert TAG in html
        html = html.replace(TAG, f"{TAG} {attributes}").replace("</head>", f"{head}</head>")
        route.fulfill(response=page, body=html)

    where.route(re.compile("/demo$"), answer)
