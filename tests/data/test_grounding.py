"""The real documents are as they were hashed, and the real answers say what their passages say."""

from nightdesk.commands.sources import findings
from nightdesk.run.models import input_files
from nightdesk.run.places import Places
from nightdesk_contract.answers import known_passages
from nightdesk_contract.cautions import load_cautions
from nightdesk_contract.grounding import answers_in_domain
from nightdesk_contract.grounding_files import load_domain, load_vocabulary
from nightdesk_contract.outcome import PASSAGES
from nightdesk_contract.sources import load_sources
from tests.data.reading import ROOT

DATA = ROOT / "data"


def test_documents_and_answers_fit_together():
    found = findings(Places.from_environment({}, ROOT))
    assert [str(finding) for finding in found] == []


def test_the_check_reads_what_is_there():
    (document,) = load_sources(DATA / "sources.yml")
    assert [passage.id for passage in document.passages] == list(PASSAGES)
    ((file, responses),) = load_domain(ROOT)
    answers = {answer.name: answer for answer in answers_in_domain(responses, file)}
    assert {"utter_faq_safety", "utter_condition_named"} <= set(answers)
    assert load_cautions(DATA, known_passages(DATA))
    vocabulary = load_vocabulary(DATA)
    without = {name for name, a in answers.items() if not vocabulary.claims(a.texts[0])}
    # It only lists the benefits.
    assert without == {"utter_faq_benefits"}


def test_neither_manifest_nor_words_nor_cautions_cost_a_training():
    names = {name for name, _ in input_files(ROOT)}
    assert "data/source/passages.yml" in names
    assert not names & {"data/sources.yml", "data/grounding.yml", "data/cautions.yml"}
