"""The commands find the project's files from whatever folder they are called in."""

from actions.files import clinic_file, topic_phrases
from nightdesk.commands.evaluate import DEFAULT_THRESHOLDS
from nightdesk.evaluation.report import load_thresholds
from nightdesk.nlu.protected import protected_words
from nightdesk.run.places import Places


def test_files_of_the_project_are_found_from_elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("NIGHTDESK_CLINIC", "NIGHTDESK_DATA"):
        monkeypatch.delenv(name, raising=False)
    clinic_file.cache_clear()
    topic_phrases.cache_clear()

    assert "ketamine" in protected_words(Places.from_environment().safety)
    assert load_thresholds(DEFAULT_THRESHOLDS)
    assert clinic_file().current().name
    assert topic_phrases()["cost"]
