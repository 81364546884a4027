"""The command line, and the Rasa that obeys."""

import asyncio
import json

import httpx
import pytest

from bench import live
from bench.live_desks import ObedientRasa, replies_to
from bench.live_figures import Arrival
from bench.live_inboxes import TEXTS, Measured
from deploy.local.machine import NotInstalled
from nightdesk.run.progress import StepFailed

MARKS = f"# Head\n\n{live.BEGIN}\nold\n{live.END}\n\ntail\n"


def outcome(message):
    return replies_to(message)[-1]["custom"]["outcome"]


def test_each_kind_of_message_has_its_outcome():
    found = {kind: outcome(text) for kind, text in TEXTS.items()}
    assert found == {
        "crisis": "handover:crisis",
        "person": "handover:request",
        "further": "answer:rapid_relief",
    }


def test_rasa_answers_over_http_and_ignores_nonsense():
    async def ask():
        async with ObedientRasa() as rasa, httpx.AsyncClient(base_url=rasa.url) as http:
            with pytest.raises(httpx.HTTPError):
                await http.get("/")
            asked = {"sender": "x", "message": "I want to die"}
            return (await http.post("/webhooks/rest/webhook", json=asked)).json()

    assert asyncio.run(ask()) == replies_to("I want to die")


@pytest.fixture
def measured(monkeypatch):
    async def measure(_arguments, database, desks):
        if database == "PostgreSQL":
            raise NotInstalled("none is installed")
        if desks == 3:
            raise StepFailed("A desk did not start")
        late = 6.0 if desks == 4 else 1.0
        return Measured([Arrival(late, False)], [Arrival(2.0, False)], cut=0)

    monkeypatch.setattr(live, "_measure", measure)


def test_the_table_goes_between_its_marks(measured, tmp_path, capsys):
    document = tmp_path / "b.md"
    document.write_text(MARKS)
    assert live.main(["--write", str(document)]) == 0
    text = document.read_text()
    assert text.startswith(f"# Head\n\n{live.BEGIN}\n\n- 20")
    assert text.endswith(f"{live.END}\n\ntail\n")
    assert "| 2 processes, SQLite | 1 | 1.00 |" in text
    assert "2 processes, PostgreSQL: left out, none is installed" in text
    assert "old" not in text
    assert "| 1 process, SQLite |" in capsys.readouterr().out


def test_json(measured, capsys):
    assert live.main(["--json", "--database", "SQLite", "--desks", "1"]) == 0
    [row] = json.loads(capsys.readouterr().out)["topologies"]
    assert row["ratio"] == {"p50": 2.0, "p95": 2.0}
    assert row["cut"] == 0


def test_what_came_late_or_failed_is_told(measured, tmp_path, capsys):
    assert live.main(["--desks", "4"]) == 1
    assert live.main(["--database", "PostgreSQL"]) == 1
    assert live.main(["--desks", "3"]) == 1
    assert "bench.live: A desk did not start" in capsys.readouterr().err
    document = tmp_path / "b.md"
    document.write_text("# no marks\n")
    assert live.main(["--write", str(document), "--database", "SQLite"]) == 1
    assert "are missing" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--inboxes", "1"], ["--database", "MySQL"], ["--desks"], ["x"]])
def test_wrong_use(words):
    with pytest.raises(SystemExit) as ended:
        live.main(words)
    assert ended.value.code == 2
