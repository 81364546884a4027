"""`nightdesk clinic check`: every wrong key at once; of a good file, what it comes to."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from nightdesk import cli
from nightdesk_contract.review import Signature, save_signatures
from nightdesk_contract.signed_items import load_signed_items

GOOD = {
    "name": "Example Clinic",
    "country": "GB",
    "time_zone": "Europe/London",
    "hours": "24/7",
    "phone": "(555) 010-0142",
    "mode": "demo",
    "closed_days": ["2001-12-25", "2999-12-25"],
    "logistics": {"cost": "It is $5.", "insurance": None},
    "topics": {"legality": "It is legal here."},
}


@pytest.fixture
def data(tmp_path, root, monkeypatch) -> Path:
    """A data folder of one's own, with the topics."""
    data = tmp_path / "data"
    bulky = shutil.ignore_patterns("answers", "nlu", "encoder", "crisis*", "medical*", "benign*")
    shutil.copytree(root / "data", data, ignore=bulky)
    shutil.copy(root / "data" / "safety" / "crisis_lines.yml", data / "safety")
    monkeypatch.setenv("NIGHTDESK_DATA", str(data))
    return data


@pytest.fixture
def file(tmp_path, monkeypatch, data) -> Path:
    path = tmp_path / "clinic.yml"
    monkeypatch.setenv("NIGHTDESK_CLINIC", str(path))
    write(path)
    return path


def write(path: Path, **changes) -> Path:
    path.write_text(yaml.safe_dump({**GOOD, **changes}, sort_keys=False), encoding="utf-8")
    return path


def rows(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


class TestGood:
    def test_says_what_the_settings_come_to(self, file, capsys):
        assert cli.main(["clinic", "check"]) == 0
        out = capsys.readouterr().out
        assert out.startswith(f"{file}: can be used\n")
        facts = dict(line.split(maxsplit=1) for line in out.splitlines() if line.startswith("  "))
        assert (facts["Name"], facts["Country"], facts["Mode"]) == ("Example Clinic", "GB", "demo")
        assert facts["Open"] == "now"
        assert "Wed 2999-12-25" in out
        assert "2001-12-25" not in out

    def test_unset_topics_are_listed_with_their_question_and_are_no_fault(self, file, capsys):
        assert cli.main(["clinic", "check"]) == 0
        unset = capsys.readouterr().out.partition("Unset under logistics")[2]
        unset, _, answered = unset.partition("Answered under topics")
        assert "insurance               Do you take insurance?" in unset
        assert "How much does it cost?" not in unset
        assert "legality                Is ketamine legal?" in answered

    def test_all_topics_answered(self, file, data, capsys):
        groups = yaml.safe_load((data / "topics.yml").read_text(encoding="utf-8"))
        write(file, logistics=dict.fromkeys(groups["logistics"], "Told."), topics={})
        assert cli.main(["clinic", "check"]) == 0
        out = capsys.readouterr().out
        assert "Every topic under logistics is answered." in out
        assert "Unset" not in out
        assert "Answered under topics" not in out

    def test_a_topic_with_an_added_answer_is_not_unset(self, file, data, capsys):
        (data / "answers").mkdir()
        row = {
            "title": "Insurance",
            "question": "Do you take it?",
            "answer": "No.",
            "source": {"document": "Leaflet", "text": "No."},
            "examples": [f"is insurance number {i} fine" for i in range(10)],
        }
        (data / "answers" / "insurance.yml").write_text(yaml.safe_dump(row))
        assert cli.main(["clinic", "check", "--json"]) == 0
        assert "insurance" not in rows(capsys)["unset"]

    def test_what_may_be_a_slip_is_no_fault(self, file, capsys):
        write(file, closed_days=[], hours_text="Every day, 9 am to 5 pm")
        assert cli.main(["clinic", "check"]) == 0
        out = capsys.readouterr().out
        assert "closed_days: no closed day lies ahead" in out
        assert "hours_text: it names 09:00, 17:00" in out

    @pytest.mark.parametrize(
        ("hours", "says"),
        [("24/7 off", "no opening is in sight"), ("2999 Dec 24 09:00-17:00", "no opening")],
    )
    def test_not_open(self, file, capsys, hours, says):
        write(file, hours=hours)
        assert cli.main(["clinic", "check"]) == 0
        assert says in capsys.readouterr().out

    def test_a_crisis_owner_that_is_unset_is_said(self, file, capsys):
        assert cli.main(["clinic", "check"]) == 0
        assert "nobody is named for the crisis protocol" in capsys.readouterr().out
        write(file, crisis_owner={"name": "the director", "phone": "555-0100"}, mode="live")
        assert cli.main(["clinic", "check"]) == 0
        out = capsys.readouterr().out
        assert "Crisis owner  the director" in out
        assert "0100" not in out

    def test_live_says_how_many_answers_are_kept_back(self, file, data, root, capsys):
        owner = {"name": "the director", "phone": "555-0100"}
        write(file, crisis_owner=owner, mode="live")
        assert cli.main(["clinic", "check", "--json"]) == 0
        (said,) = [w["text"] for w in rows(capsys)["warnings"] if w["key"] == "mode"]
        items = load_signed_items(root / "domain.yml", file, data)
        answers = [i for i in items if i.startswith(("answer:", "added:", "clinic:"))]
        assert said.startswith(f"{len(answers)} answers are not signed")
        day, later = date(2026, 11, 3), date(2999, 1, 1)
        signed = [Signature(i, items[i].content, "A", "B", day, later) for i in answers]
        save_signatures(data / "review.yml", signed[1:])
        assert cli.main(["clinic", "check"]) == 0
        assert "mode: 1 answer is not signed" in capsys.readouterr().out
        save_signatures(data / "review.yml", signed)
        assert cli.main(["clinic", "check"]) == 0
        assert "not signed" not in capsys.readouterr().out

    def test_demo_says_nothing_of_signing(self, file, capsys):
        assert cli.main(["clinic", "check"]) == 0
        assert "not signed" not in capsys.readouterr().out

    def test_signatures_that_cannot_be_used_are_named(self, file, data, capsys):
        write(file, crisis_owner={"name": "the director", "phone": "555-0100"}, mode="live")
        (data / "review.yml").write_text("signed: []\n")
        assert cli.main(["clinic", "check"]) == 1
        assert "review.yml" in capsys.readouterr().err

    def test_live_asks_for_a_crisis_owner(self, file, capsys):
        write(file, mode="live")
        assert cli.main(["clinic", "check"]) == 1
        out = capsys.readouterr().out
        assert "one thing must change" in out
        assert "mode live needs it" in out
        assert cli.main(["clinic", "check", "--json"]) == 1
        row = rows(capsys)
        assert not row["ok"]
        assert [problem["key"] for problem in row["problems"]] == ["crisis_owner"]

    def test_json(self, file, capsys):
        assert cli.main(["clinic", "check", "--json"]) == 0
        row = rows(capsys)
        assert len(row.pop("unset")) == 18
        assert row.pop("next_opening")
        assert row == {
            "file": str(file),
            "ok": True,
            "problems": [],
            "name": "Example Clinic",
            "country": "GB",
            "mode": "demo",
            "open_now": True,
            "closed_days": ["2999-12-25"],
            "crisis_owner": None,
            "staff_times": {"P0": 2, "P1": 5, "P2": 15},
            "alerts": [],
            "desk_url": None,
            "sites": [],
            "on_call": None,
            "escalation": {
                "P0": {"first": 0, "everyone": 2},
                "P1": {"first": 0, "backup": 6, "lead": 11, "manager": 16},
                "P2": {"lead": 30},
                "P3": {},
            },
            "warnings": [],
            "topics": {"legality": "Is ketamine legal?"},
        }

    def test_who_is_told_of_a_hand_over_and_what_is_missing_for_it(self, file, monkeypatch, capsys):
        monkeypatch.delenv("ON_CALL", raising=False)
        address = {"name": "phone", "url": "sms://${ON_CALL}", "levels": ["P0"]}
        write(file, alerts=[address], staff_times={"P0": 1}, desk_url="https://x.example/")
        assert cli.main(["clinic", "check"]) == 0
        out = capsys.readouterr().out
        assert "Seen within   P0 1 min, P1 5 min, P2 15 min\n" in out
        assert "Alerts to     phone (P0)\n" in out
        assert "alerts.0 (phone): the variable ON_CALL is not set here; the desk needs it" in out
        assert cli.main(["clinic", "check", "--json"]) == 0
        row = rows(capsys)
        assert row["alerts"] == [{"name": "phone", "levels": ["P0"]}]
        assert row["desk_url"] == "https://x.example"

    def test_where_the_chat_may_run_and_what_may_be_forgotten(self, file, capsys):
        assert cli.main(["clinic", "check"]) == 0
        assert "Chat on       any web page: no sites are named\n" in capsys.readouterr().out
        write(file, sites=["https://Clinic.example/"])
        assert cli.main(["clinic", "check"]) == 0
        out = capsys.readouterr().out
        assert "Chat on       https://clinic.example\n" in out
        assert "https://www.clinic.example is not: if" in out
        assert cli.main(["clinic", "check", "--json"]) == 0
        assert rows(capsys)["sites"] == ["https://clinic.example"]

    def test_a_page_that_is_no_origin_is_named(self, file, capsys):
        write(file, sites=["https://clinic.example/chat"])
        assert cli.main(["clinic", "check"]) == 1
        out = capsys.readouterr().out
        assert "sites.0: found 'https://clinic.example/chat'; allowed: https:// and the" in out

    def test_who_is_on_call_and_gaps_in_the_rota(self, file, capsys):
        assert cli.main(["clinic", "check"]) == 0
        assert "On call       no rota: nobody is told step by step\n" in capsys.readouterr().out
        people = [{"name": "Ann", "addresses": ["phone"]}, {"name": "Bo", "addresses": []}]
        rota = {"from": "2020-01-06", "first": "ann", "backup": "bo"}
        phone = {"name": "phone", "url": "sms://${ON_CALL}"}
        write(file, alerts=[phone], on_call={"people": people, "rota": rota, "lead": "an"})
        assert cli.main(["clinic", "check"]) == 0
        out = capsys.readouterr().out
        assert "Alerts to     phone (Ann, when on call)\n" in out
        assert "On call       Ann (first), Bo (backup), an (lead)\n" in out
        assert "on_call.lead: 'an' is not under people" in out
        assert "on_call.people.1 (Bo): no address reaches them" in out
        assert cli.main(["clinic", "check", "--json"]) == 0
        assert rows(capsys)["on_call"]["first"] == "Ann"

    def test_the_projects_own_settings(self, root, capsys):
        assert cli.main(["clinic", "check", str(root / "clinic.yml"), "--json"]) == 0
        row = rows(capsys)
        assert row["unset"] == {}
        assert row["crisis_owner"]
        assert "hours_text" not in [warning["key"] for warning in row["warnings"]]


class TestWrong:
    def test_all_mistakes_at_once(self, file, tmp_path, capsys):
        changes = {"mode": "test", "hour": "Mo", "topics": {"mecanism": "x"}, "country": "FR"}
        other = write(tmp_path / "other.yml", **changes)
        assert cli.main(["clinic", "check", str(other)]) == 1
        out = capsys.readouterr().out
        assert out.startswith(f"{other}: 4 things must change\n")
        for line in (
            "  line 2: country: found 'FR'; allowed: US, CA",
            "  line 6: mode: found 'test'; allowed: demo or live\n",
            "topics.mecanism: found an unknown key; allowed: ",
            "; did you mean topics.mechanism?\n",
            "hour: found an unknown key; allowed: name, ",
            "; did you mean hours?\n",
        ):
            assert line in out

    def test_json(self, file, capsys):
        write(file, hour="Mo")
        assert cli.main(["clinic", "check", "--json"]) == 1
        row = rows(capsys)
        assert (row["file"], row["ok"]) == (str(file), False)
        (problem,) = row["problems"]
        allowed = problem.pop("allowed").split(", ")
        assert {"name", "hours", "crisis_owner", "topics"} <= set(allowed)
        assert problem == {"key": "hour", "found": "an unknown key", "line": 15, "hint": "hours"}

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (None, "  (whole file): found no readable file"),
            ("name: [", "  line 1: (whole file): found broken YAML"),
        ],
    )
    def test_a_file_that_cannot_be_read(self, file, capsys, content, says):
        if content is None:
            file.unlink()
        else:
            file.write_text(content)
        assert cli.main(["clinic", "check"]) == 1
        assert f"{file}: one thing must change\n{says}" in capsys.readouterr().out

    @pytest.mark.parametrize("content", [None, "a: [", "- a", "faq: {x: {}}", "5", "[" * 9000])
    def test_topics_that_cannot_be_used_are_named(self, file, data, capsys, content):
        path = data / "topics.yml"
        if content is None:
            path.unlink()
        else:
            path.write_text(content)
        assert cli.main(["clinic", "check"]) == 1
        assert f"nightdesk clinic: {path} cannot be used" in capsys.readouterr().err

    def test_an_added_answer_that_cannot_be_used_is_named(self, file, data, capsys):
        (data / "answers").mkdir()
        (data / "answers" / "parking.yml").write_text("title: [")
        assert cli.main(["clinic", "check"]) == 1
        assert "parking.yml" in capsys.readouterr().err


@pytest.mark.parametrize("given", [[], ["mend"], ["check", "--loud"], ["check", "a", "b"]])
def test_wrong_use(given, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["clinic", *given])
    assert caught.value.code == 2
    assert "usage: nightdesk" in capsys.readouterr().err
