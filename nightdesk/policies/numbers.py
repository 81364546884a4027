"""The numbers and phrases that safety replies are filled in with, by the clinic's country."""

import logging
from pathlib import Path

from nightdesk_contract.clinic import ClinicFile
from nightdesk_contract.crisis_lines import CrisisLines, lines_of, load_all_crisis_lines

logger = logging.getLogger(__name__)


class Numbers:
    """The crisis lines of the clinic's country and its phone, as they stand now."""

    def __init__(self, clinic: Path, lines: Path) -> None:
        """Take `clinic.yml` and the file of crisis lines.

        Raises ClinicError, or FileError, also for a country without lines: without numbers no bot
        is started.
        """
        self._clinic_file = ClinicFile(clinic)
        self._lines = load_all_crisis_lines(lines)
        self._country = self._clinic_file.current().country
        lines_of(self._lines, self._country, lines)

    def slots(self, language: str) -> dict[str, str]:
        """Give what the replies' fields hold, for a text in `language` ("" for English).

        A country without lines, edited in later, keeps the last good numbers.
        """
        clinic = self._clinic_file.current()
        if clinic.country in self._lines:
            self._country = clinic.country
        else:
            logger.error("clinic.yml: no crisis lines for %s", clinic.country)
        return fields(self._lines[self._country], clinic.phone, language)


def fields(lines: CrisisLines, phone: str, language: str = "") -> dict[str, str]:
    """Give the fields of the safety replies with their values."""
    poison_help = lines.poison_help.get(language or "en")
    return {
        "emergency": lines.emergency,
        "reach": lines.reach[language or "en"],
        "write": lines.write,
        # Whole sentences, so that a text reads on without them.
        "poison_help": f" {poison_help}" if poison_help else "",
        "abuse_help": f" {lines.abuse_help}" if lines.abuse_help else "",
        "phone": phone,
    }
