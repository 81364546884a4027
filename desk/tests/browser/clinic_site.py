"""A clinic's own web site on another origin than the desk's, with the chat's tag on its pages."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from nightdesk_contract.crisis_lines import load_crisis_lines
from running_system import ROOT, free_ports

from nightdesk_desk.pages import HOSTILE_POLICY, STATIC, hostile_html

LINES = load_crisis_lines(ROOT / "data" / "safety" / "crisis_lines.yml", "US")
BASE = "https://elsewhere.example/pages/"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
FILES = {f"/static/{name}" for name in ("hostile.css", "hostile.js", "lighthouse.svg")}

# As long as the hostile page, so that both have a scroll bar or neither.
PLAIN = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>A clinic</title>
    <link rel="icon" href="/static/lighthouse.svg">
    <link rel="stylesheet" href="/plain.css">
    {tag}
  </head>
  <body><h1>A clinic</h1><p>We are here.</p></body>
</html>"""


class ClinicSite:
    """The site's pages: with the chat's tag, without it (`?tag=none`), or with a desk that hangs.

    `/plain` has nothing but the tag; `/hostile` fights with everything, `?rtl` is from right to
    left, `?slides` slides all of the page, `?base` has a base for its links that leads elsewhere.
    """

    def __init__(self, desk: str, hanging: str) -> None:
        self.desk = desk
        self.hanging = hanging
        # By name, where the desk is called by number: to a browser these are two sites.
        self.url = f"http://localhost:{free_ports(1)[0]}"

    def answer(self, address: str) -> tuple[str, bytes] | None:
        """Give the type and the content of a page or file; None where there is nothing."""
        parts = urlsplit(address)
        asked = {key: values[0] for key, values in parse_qs(parts.query, True).items()}
        desks = {"none": "", "hanging": f"{self.hanging}/widget.js"}
        widget = desks.get(asked.get("tag", ""), f"{self.desk}/widget.js")
        if parts.path == "/plain":
            tag = f'<script src="{widget}" data-phone="(555) 010-0142" async></script>'
            return "text/html", PLAIN.format(tag=tag if widget else "").encode()
        if parts.path == "/hostile":
            page = hostile_html(
                LINES,
                widget,
                rtl="rtl" in asked,
                slides="slides" in asked,
                base=BASE if "base" in asked else "",
            )
            return "text/html", page.encode()
        if parts.path == "/plain.css":
            return "text/css", b"body { min-height: 300vh; margin: 0; }"
        if parts.path == "/favicon.ico":
            return self.answer("/static/lighthouse.svg")
        if parts.path in FILES:
            name = parts.path.rpartition("/")[2]
            return TYPES[name.rpartition(".")[2]], (STATIC / name).read_bytes()
        return None

    def policy(self) -> str:
        """Give the site's policy: the strictest that the chat is to work under."""
        return HOSTILE_POLICY.format(desk=f"{self.desk} {self.hanging}")


@contextlib.contextmanager
def clinic_site(desk: str) -> Iterator[ClinicSite]:
    """Serve the site; beside it, a desk that takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as hanging:
        site = ClinicSite(desk, f"http://127.0.0.1:{hanging.getsockname()[1]}")

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = site.answer(self.path)
                self.send_response(200 if found else 404)
                kind, content = found or ("text/plain", b"")
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Content-Security-Policy", site.policy())
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        port = urlsplit(site.url).port
        assert port is not None
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
