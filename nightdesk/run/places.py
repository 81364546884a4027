"""Where things lie: the checkout, the state folder, models, logs, the supervisor's socket."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: the package is installed in place."""

LONGEST_SOCKET_PATH = 90
"""The kernel takes 107 bytes; the supervisor adds a suffix of its own while it makes the socket."""


@dataclass(frozen=True)
class Places:
    """The folders and files of one running system."""

    root: Path
    var: Path
    models: Path
    clinic: Path
    data: Path
    docs: Path

    @staticmethod
    def from_environment(
        environment: Mapping[str, str] = os.environ, root: Path = ROOT
    ) -> "Places":
        """Read NIGHTDESK_VAR, NIGHTDESK_MODELS, NIGHTDESK_CLINIC, NIGHTDESK_DATA and _DOCS."""

        def place(name: str, default: Path) -> Path:
            text = environment.get(name, "").strip()
            return Path(text).expanduser().absolute() if text else default

        var = place("NIGHTDESK_VAR", root / "var")
        return Places(
            root=root,
            var=var,
            models=place("NIGHTDESK_MODELS", var / "models"),
            clinic=place("NIGHTDESK_CLINIC", root / "clinic.yml"),
            data=place("NIGHTDESK_DATA", root / "data"),
            docs=place("NIGHTDESK_DOCS", root / "docs"),
        )

    @property
    def safety(self) -> Path:
        """The folder of what safety is judged and answered by."""
        return self.data / "safety"

    @property
    def logs(self) -> Path:
        """The folder of logs."""
        return self.var / "log"

    @property
    def supervisor_config(self) -> Path:
        """The supervisor's generated configuration."""
        return self.var / "run" / "supervisord.conf"

    @property
    def running_model(self) -> Path:
        """The model of the running system: its own link, so that later trainings can tidy up."""
        return self.var / "run" / "model.tar.gz"

    @property
    def socket(self) -> Path:
        """The supervisor's socket: in `var`, or where that is too deep in a temporary folder."""
        inside = self.var / "run" / "supervisor.sock"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        name = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"nightdesk-{os.getuid()}-{name}" / "supervisor.sock"

    def make(self) -> None:
        """Make the folders that are written to, private to this user where visitors' words lie."""
        for folder in (self.var, self.logs, self.supervisor_config.parent, self.models):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.socket.parent != self.supervisor_config.parent:
            self.socket.parent.mkdir(mode=0o700, exist_ok=True)
            if self.socket.parent.stat().st_uid != os.getuid():
                raise PermissionError(f"{self.socket.parent} belongs to somebody else")
