"""Cautions: read whole or not at all, and shown with every answer that they stand beside."""

from pathlib import Path

import pytest
import yaml

from nightdesk_contract.cautions import cautions_for, load_cautions
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.passages import load_passages

DATA = Path(__file__).parents[2] / "data"
SOURCE = {"name": "A label", "url": "https://label.example"}
RISK = {
    "id": "risk",
    "beside": ["safety"],
    "text": " There is a risk. ",
    "reason": "The guide says less.",
    "sources": [SOURCE],
}
MOOD = {**RISK, "id": "mood", "beside": ["mood", "safety"]}


def load(folder: Path, *rows: object):
    (folder / "cautions.yml").write_text(yaml.safe_dump({"cautions": list(rows)}))
    return load_cautions(folder, {"safety", "mood", "what_is"})


def test_what_is_read(tmp_path):
    (risk,) = load(tmp_path, RISK)
    assert (risk.id, risk.text, risk.beside) == ("risk", "There is a risk.", ("safety",))
    assert [(one.name, one.url) for one in risk.sources] == [("A label", "https://label.example")]


def test_none_at_all(tmp_path):
    assert load(tmp_path) == ()


def test_an_answer_has_each_caution_of_its_passages_once_in_the_files_order(tmp_path):
    cautions = load(tmp_path, RISK, MOOD)
    assert [c.id for c in cautions_for(["mood", "safety"], cautions)] == ["risk", "mood"]
    assert [c.id for c in cautions_for(["mood"], cautions)] == ["mood"]
    assert cautions_for(["what_is"], cautions) == []
    assert cautions_for([], cautions) == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"beside": ["speed"]}, "cautions.0.beside.0"),
        ({"beside": []}, "cautions.0.beside"),
        ({"text": " "}, "cautions.0.text"),
        ({"text": "x" * 401}, "cautions.0.text"),
        ({"sources": []}, "cautions.0.sources"),
        ({"sources": [{**SOURCE, "url": "http://label.example"}]}, "cautions.0.sources.0.url"),
        ({"sources": [{**SOURCE, "url": "javascript:alert(1)"}]}, "cautions.0.sources.0.url"),
        ({"id": "Risk"}, "cautions.0.id"),
        ({"link": "x"}, "cautions.0.link"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, change, key):
    with pytest.raises(FileError) as refused:
        load(tmp_path, {**RISK, **change})
    assert [problem.key for problem in refused.value.problems] == [key]
    assert refused.value.problems[0].line


def test_an_id_twice_is_refused(tmp_path):
    with pytest.raises(FileError, match="risk again"):
        load(tmp_path, RISK, RISK)


class TestOurs:
    """Where the document goes beyond what is public, and what must stand beside it."""

    PASSAGES = load_passages(DATA / "source")
    CAUTIONS = load_cautions(DATA, PASSAGES)

    def said(self, *passages: str) -> str:
        return " ".join(caution.text for caution in cautions_for(passages, self.CAUTIONS))

    def test_addiction_and_dependence(self):
        assert "dependence" in self.PASSAGES["safety"].text
        assert "controlled medicine" in self.said("safety")
        assert "misuse and dependence" in self.said("safety")

    def test_side_effects_compared_with_antidepressants(self):
        for effect in ("detached", "dizzy", "sick", "sleepy", "Blood pressure", "Staff watch"):
            assert effect in self.said("fewer_side_effects")

    @pytest.mark.parametrize("passage", PASSAGES)
    def test_a_benefit_is_off_label(self, passage):
        claims_none = ("fewer_side_effects", "safety")
        assert ("off-label" in self.said(passage)) == (passage not in claims_none)
