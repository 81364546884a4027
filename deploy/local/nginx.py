"""nginx in front of desks, with the configuration that is deployed and its own certificate.

As a command, `python3 -m deploy.local.nginx FILE` writes the configuration for the NIGHTDESK_
variables of its environment, for machines without `envsubst`.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from deploy.local.machine import ServerFailed, account, child, free_port, own_folder, program

USER = "www-data"
TEMPLATE = Path(__file__).resolve().parents[1] / "nginx" / "nginx.conf.template"
NAME = "localhost"
_PLACE = re.compile(r"\$\{(NIGHTDESK_[A-Z_]+)\}")


class Proxy(NamedTuple):
    """A proxy that runs: its port, and the certificate to trust."""

    port: int
    http_port: int
    certificate: Path

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://{NAME}:{self.port}"


def configuration(values: Mapping[str, str], template: str | None = None) -> str:
    """Give the template with its places filled in. Raises KeyError for one without a value."""
    text = TEMPLATE.read_text() if template is None else template
    return _PLACE.sub(lambda place: values[place[1]], text)


def servers(addresses: Sequence[str]) -> str:
    """Give the upstream's lines for desks at `host:port`."""
    return " ".join(f"server {each} max_fails=2 fail_timeout=5s;" for each in addresses)


@contextlib.contextmanager
def proxy(desks: Sequence[str], keep: Path) -> Iterator[Proxy]:
    """Run nginx on all of the machine's addresses; its certificate's copy goes into `keep`.

    Raises NotInstalled and ServerFailed.
    """
    at, as_user = program("nginx", "nginx-light"), account(USER)
    port, http_port = free_port(), free_port()
    with own_folder("nightdesk-nginx-", as_user) as folder:
        certificate, key = certificate_in(folder)
        if as_user:
            for path in (certificate, key):
                shutil.chown(path, as_user["user"], as_user["group"])
        values = {
            "NIGHTDESK_TMP": str(folder),
            "NIGHTDESK_DESKS": servers(desks),
            "NIGHTDESK_HTTPS_LISTEN": f"0.0.0.0:{port}",
            "NIGHTDESK_HTTP_LISTEN": f"0.0.0.0:{http_port}",
            "NIGHTDESK_SERVER_NAME": NAME,
            "NIGHTDESK_CERTIFICATE": str(certificate),
            "NIGHTDESK_CERTIFICATE_KEY": str(key),
        }
        config = folder / "nginx.conf"
        config.write_text(configuration(values))
        config.chmod(0o644)
        trusted = keep / "certificate.pem"
        shutil.copyfile(certificate, trusted)
        with child("nginx", [at, "-e", "stderr", "-c", config], folder, port, as_user):
            yield Proxy(port, http_port, trusted)


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine's own name that ends in a day. Gives it and its key.

    Raises NotInstalled and ServerFailed.
    """
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = f"subjectAltName=DNS:{NAME},IP:127.0.0.1"
    made = subprocess.run(
        [
            *(program("openssl", "openssl"), "req", "-x509", "-newkey", "ec"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"),
            *("-subj", f"/CN={NAME}", "-addext", names, "-keyout", key, "-out", certificate),
        ],
        capture_output=True,
        check=False,
        text=True,
    )
    if made.returncode:
        raise ServerFailed(f"openssl made no certificate: {made.stderr.strip()[-200:]}")
    key.chmod(0o600)
    return certificate, key


def main(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Write the configuration. Gives the exit status: 1 when a variable is missing."""
    if len(words) != 1 or words[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 0 if words in (["--help"], ["-h"]) else 2
    try:
        text = configuration(environment)
    except KeyError as missing:
        print(f"deploy.local.nginx: {missing.args[0]} is not set", file=sys.stderr)
        return 1
    Path(words[0]).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
