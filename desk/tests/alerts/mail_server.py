"""A mail server on a free port that takes what it is given, as RFC 5321 has it."""

import socketserver
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast


class MailServer:
    """Keeps every mail that it takes; while `refuses`, it takes none."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuses = False
        outer = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 mail.example")
                while line := self.rfile.readline():
                    word = line.split(maxsplit=1)[0].upper() if line.strip() else b""
                    if word == b"QUIT":
                        self._say("221 bye")
                        return
                    if word == b"DATA":
                        self._take()
                    elif word == b"RCPT" and outer.refuses:
                        self._say("550 no such user")
                    elif word in (b"EHLO", b"HELO", b"MAIL", b"RCPT", b"RSET", b"NOOP"):
                        if word == b"RCPT":
                            outer.recipients.append(line.decode().partition("<")[2].split(">")[0])
                        self._say("250 fine")
                    else:
                        self._say("502 not known")

            def _take(self) -> None:
                self._say("354 go on")
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    # A dot at the beginning is doubled on the way.
                    lines.append(line[1:] if line.startswith(b".") else line)
                mail = message_from_bytes(b"".join(lines), policy=default)
                outer.mails.append(cast(EmailMessage, mail))
                self._say("250 taken")

            def _say(self, text: str) -> None:
                self.wfile.write(text.encode() + b"\r\n")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.port = int(self._server.server_address[1])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
