"""What is wrong in a safety file is said before anything is trained or started."""

import shutil

import pytest

from nightdesk.run.places import Places
from nightdesk.run.progress import StepFailed
from nightdesk.run.safety_files import check_safety

BROKEN = [
    ("patterns/crisis_wish_to_die.yml", "pattern: '", "pattern: '(", "0.pattern: found '("),
    ("patterns/medical_dose.yml", "level: P2", "level: P1", "0.level: found 'P1'; allowed: P2"),
    ("patterns/medical_dose.yml", "- id: ", "- name: ", "0.id: found nothing; allowed: a value"),
    ("thresholds.yml", "emergency: 0.", "emergency: 7.", "emergency: found 7."),
    ("take_backs.yml", "fillers:", "filler:", "fillers: found nothing"),
    ("hidden_words.yml", "suicide,", "Suicide,", "words.0: found 'Suicide'"),
    ("criteria.yml", r"['\bnow\b']", "['(now']", "first.immediate_help.en.0: found '(now'"),
    ("criteria.yml", "never:", "nevermore:", "never: found nothing"),
    ("crisis_lines.yml", 'emergency: "911"', "emergency: 911", "US.emergency: found 911"),
    ("crisis_lines.yml", "  US:", "  IE:", "countries.US: found nothing; allowed: its lines"),
    # Another country than the clinic's: visitors open the list of all.
    ("crisis_lines.yml", 'emergency: "999"', "emergency: ''", "GB.emergency: found ''"),
]


@pytest.fixture
def places(tmp_path, root):
    data = tmp_path / "data"
    shutil.copytree(
        root / "data" / "safety", data / "safety", ignore=shutil.ignore_patterns("examples")
    )
    return Places.from_environment(
        {"NIGHTDESK_DATA": str(data), "NIGHTDESK_CLINIC": str(root / "clinic.yml")}
    )


def spoil(places, name, old, new):
    path = places.safety / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def refusal(places):
    with pytest.raises(StepFailed) as refused:
        check_safety(places)
    return str(refused.value)


def test_the_projects_own_files_can_be_used(places):
    check_safety(places)


@pytest.mark.parametrize(("name", "old", "new", "says"), BROKEN, ids=[row[3] for row in BROKEN])
def test_each_kind_of_broken_file_is_named_with_line_and_what_is_allowed(
    places, name, old, new, says
):
    path = spoil(places, name, old, new)
    first, *problems = refusal(places).splitlines()
    assert first == f"{path} cannot be used:"
    (problem,) = [line for line in problems if says in line]
    assert problem.startswith("  line ")
    assert "; allowed: " in problem


@pytest.mark.parametrize(
    "name",
    ["thresholds.yml", "take_backs.yml", "hidden_words.yml", "criteria.yml", "crisis_lines.yml"],
)
def test_a_file_that_is_gone_is_named(places, name):
    path = places.safety / name
    path.unlink()
    assert f"{path} cannot be used:\n  (whole file): found no readable file" in refusal(places)


def test_all_that_is_wrong_is_said_at_once(places):
    names = ("thresholds.yml", "take_backs.yml", "crisis_lines.yml")
    for name in names:
        (places.safety / name).write_text("- 1")
    said = refusal(places)
    assert [name for name in names if str(places.safety / name) in said] == list(names)


@pytest.mark.parametrize(
    ("name", "content"), [("themes.yml", "own: 5"), ("themes.yml", "["), ("groups.yml", "5")]
)
def test_what_a_loader_raises_otherwise_is_a_sentence_too(places, name, content):
    (places.safety / name).write_text(content)
    assert str(places.safety / name) in refusal(places)


def test_without_any_pattern_nothing_starts(places):
    shutil.rmtree(places.safety / "patterns")
    assert "no patterns" in refusal(places)


def test_a_broken_clinic_file_is_left_to_its_own_check(places, tmp_path):
    (tmp_path / "clinic.yml").write_text("name: Only a name\n")
    clinic = {"NIGHTDESK_CLINIC": str(tmp_path / "clinic.yml")}
    check_safety(Places.from_environment({"NIGHTDESK_DATA": str(places.data), **clinic}))
