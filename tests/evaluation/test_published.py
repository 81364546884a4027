"""The figures that the public reads: what is stored of an evaluation, and what the page says."""

import json
import re
from datetime import date
from functools import partial

import pytest

from nightdesk.commands.evaluate import PUBLIC_PAGES
from nightdesk.evaluation.cases import Case
from nightdesk.evaluation.judge import judge
from nightdesk.evaluation.published import (
    BEGIN,
    END,
    PublishedError,
    as_json,
    block,
    lacking,
    load_wording,
    stored,
    with_block,
)
from nightdesk_contract.days import day_in_words
from nightdesk_contract.texts import load_texts

DAY = date(2026, 3, 5)
WORDS = """
measured: "On {date}."
groups:
  - title: Found
    figure: right
    says: "{what}: {count} of {cases}, not {rest}: {percent} % ({low} to {high} %)"
    rows:
      - {file: crisis, what: All}
      - {file: crisis, kinds: [goodbye, teens], what: Some}
"""
KINDS = ["goodbye"] * 3 + ["teens"] * 4 + ["rare"] * 2 + ["odd"]


def crisis_cases():
    return [Case(f"words number {i}", "crisis", kind) for i, kind in enumerate(KINDS)]


def crisis_rows():
    # The first goodbye and the last case are missed.
    missed = {0, len(KINDS) - 1}
    return [
        judge(case, "unknown" if i in missed else "handover:crisis")
        for i, case in enumerate(crisis_cases())
    ]


@pytest.fixture
def wording(tmp_path):
    path = tmp_path / "figures.yml"
    path.write_text(WORDS)
    return load_wording(path)


class TestStored:
    def test_the_day_and_each_files_figures(self):
        kept = stored(DAY, {"crisis": crisis_rows()})
        assert kept["date"] == "2026-03-05"
        assert kept["files"]["crisis"]["cases"] == 10
        assert kept["files"]["crisis"]["right"]["count"] == 8
        assert set(kept["files"]["crisis"]) > {"wrong_answer", "withheld", "false_alarm"}

    def test_levels_where_cases_name_them(self):
        rows = [judge(Case("a", "crisis", "k", level="P0"), "handover:crisis", "P1")]
        kept = stored(DAY, {"levels": rows})["files"]["levels"]
        assert (kept["emergency_found"]["cases"], kept["emergency_found"]["count"]) == (1, 0)
        assert "level_right" not in stored(DAY, {"crisis": crisis_rows()})["files"]["crisis"]

    def test_kinds_of_a_safety_file_the_rare_ones_together(self):
        kinds = stored(DAY, {"crisis": crisis_rows()})["files"]["crisis"]["by_kind"]
        assert {kind: row["cases"] for kind, row in kinds.items()} == {
            "goodbye": 3,
            "teens": 4,
            "other": 3,
        }
        assert kinds["goodbye"]["right"]["count"] == 2

    def test_a_file_about_other_things_has_no_kinds(self):
        rows = [judge(Case("how much", "logistics:cost", "cost"), "logistics:cost")] * 3
        assert "by_kind" not in stored(DAY, {"faq": rows})["files"]["faq"]

    def test_no_message_is_in_it_and_it_reads_back(self):
        text = as_json(stored(DAY, {"crisis": crisis_rows()}))
        assert "words number" not in text
        assert json.loads(text) == stored(DAY, {"crisis": crisis_rows()})
        assert any(line.strip().startswith('"right": { "count": 8') for line in text.splitlines())


class TestBlock:
    def test_says_each_row_in_its_words(self, wording):
        kept = stored(DAY, {"crisis": crisis_rows()})
        assert block(wording, kept, date.isoformat).splitlines() == [
            "On 2026-03-05.",
            "",
            "### Found",
            "",
            "- All: 8 of 10, not 2: 80.0 % (49.0 to 94.3 %)",
            "- Some: 6 of 7, not 1: 85.7 % (48.7 to 97.4 %)",
        ]

    @pytest.mark.parametrize("gone", ["crisis", "teens"])
    def test_what_is_told_of_but_not_there_is_named(self, wording, gone):
        kept = stored(DAY, {"crisis": crisis_rows()})
        files = kept["files"]
        del (files if gone == "crisis" else files["crisis"]["by_kind"])[gone]
        with pytest.raises(PublishedError, match=gone):
            block(wording, kept, date.isoformat)

    def test_lacking_is_known_from_the_cases_alone(self, wording):
        assert lacking(wording, {"crisis": crisis_cases()}) == []
        assert lacking(wording, {"other": crisis_cases()}) == ["crisis"]
        assert lacking(wording, {"crisis": crisis_cases()[:4]}) == ["crisis.teens"]


class TestWithBlock:
    def test_replaces_what_stands_between_the_markers_and_nothing_else(self):
        document = f"# A\n\n{BEGIN}\nold\n{END}\n\nend\n"
        once = with_block(document, "new")
        assert once == f"# A\n\n{BEGIN}\n\nnew\n\n{END}\n\nend\n"
        assert with_block(once, "new") == once

    @pytest.mark.parametrize("document", ["", BEGIN, END, f"{END}\n{BEGIN}"])
    def test_a_document_without_markers_is_refused(self, document):
        with pytest.raises(PublishedError, match="lacks"):
            with_block(document, "new")


class TestWording:
    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            (WORDS, "- a", "figures.yml: not usable"),
            (WORDS, "a: [", "figures.yml: not usable"),
            ("figure: right", "figure: luck", "'luck' is none of"),
            # Kinds have only the figures that safety is about.
            ("figure: right", "figure: withheld", "'withheld' is none of"),
            ("{count}", "{number}", "number"),
            ("{date}", "{day}", "day"),
        ],
    )
    def test_words_that_cannot_be_used_are_told_why(self, tmp_path, old, new, says):
        path = tmp_path / "figures.yml"
        path.write_text(WORDS.replace(old, new))
        with pytest.raises(PublishedError, match=says):
            load_wording(path)

    def test_no_file(self, tmp_path):
        with pytest.raises(PublishedError, match="FileNotFoundError"):
            load_wording(tmp_path / "figures.yml")


class TestThePublicPage:
    """The project's own: nobody types a figure there."""

    @pytest.fixture
    def evaluation(self, root):
        return json.loads((root / "docs" / "evaluation.json").read_text(encoding="utf-8"))

    @pytest.mark.parametrize(("name", "language"), PUBLIC_PAGES)
    def test_its_figures_are_those_of_the_stored_evaluation(self, root, evaluation, name, language):
        page = (root / "docs" / name).read_text(encoding="utf-8")
        texts = root / "data" / "texts"
        figures = "figures.yml" if language == "en" else f"figures.{language}.yml"
        in_words = partial(day_in_words, texts=load_texts(texts / "desk.yml"), language=language)
        told = block(load_wording(texts / figures), evaluation, in_words)
        assert page == with_block(page, told), (
            f"docs/{name} does not hold the figures of docs/evaluation.json. "
            "Run: nightdesk eval FILES --write docs/evaluation.json"
        )

    def test_the_spanish_page_tells_the_same_figures(self, root):
        english, spanish = (
            load_wording(root / "data" / "texts" / name)
            for name in ("figures.yml", "figures.es.yml")
        )
        assert len(english.groups) == len(spanish.groups)
        for ours, theirs in zip(english.groups, spanish.groups, strict=True):
            assert ours.figure == theirs.figure
            assert sorted(re.findall(r"{\w+}", ours.says)) == sorted(
                re.findall(r"{\w+}", theirs.says)
            )
            told = [[(row.file, row.kinds) for row in group.rows] for group in (ours, theirs)]
            assert told[0] == told[1]

    def test_the_stored_evaluation_is_not_from_the_future(self, evaluation):
        assert date.fromisoformat(evaluation["date"]) <= date.today()

    def test_the_stored_evaluation_holds_names_and_numbers_alone(self, evaluation):
        def check(value):
            if isinstance(value, dict):
                for key, inner in value.items():
                    assert re.fullmatch(r"\w{1,40}", key)
                    check(inner)
            else:
                assert isinstance(value, (int, float))

        assert set(evaluation) == {"date", "files"}
        check(evaluation["files"])
