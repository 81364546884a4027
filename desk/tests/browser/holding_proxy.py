"""A proxy between visitor and desk that keeps answers until they have ended, as some do."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

NOT_PASSED_ON = {"connection", "content-length", "content-encoding", "transfer-encoding", "host"}
LONGEST_ANSWER = 60.0


@contextlib.contextmanager
def holding_proxy(desk: str) -> Iterator[str]:
    """Start one before the desk; gives its address. Streams never end, so nothing of them comes."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {k: v for k, v in self.headers.items() if k.lower() not in NOT_PASSED_ON}
            if "/stream" in self.path:
                # What a proxy that has the beginning of an answer sends at once.
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.flush()
                ended.wait(LONGEST_ANSWER)
                self.close_connection = True
                return
            answer = httpx.request(
                self.command, desk + self.path, content=body, headers=headers, timeout=60
            )
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_OPTIONS = do_DELETE = _pass

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    ended = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
