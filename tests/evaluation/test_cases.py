"""Labelled messages from files: what is read, and which line is wrong."""

import pytest

from nightdesk.evaluation.cases import Case, CasesError, load_cases


def written(tmp_path, content: str | bytes):
    path = tmp_path / "cases.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_rows(tmp_path):
    path = written(
        tmp_path,
        '{"text": "hi", "label": "crisis", "kind": "k"}\n\n'
        '{"text": "", "label": "faq:safety", "also": ["what_is", "safety"], "more": 1}\r\n'
        '{"text": "\\ud83d", "label": "benign", "also": null}\n'
        '{"text": "now", "label": "crisis", "kind": "k", "level": "P0", "about": "abuse"}',
    )
    assert load_cases(path) == [
        Case("hi", "crisis", "k"),
        Case("", "faq:safety", "faq:safety", ("what_is", "safety")),
        Case("\ud83d", "benign", "benign"),
        Case("now", "crisis", "k", level="P0", about="abuse"),
    ]


def test_line_ends_inside_a_message_do_not_cut_it(tmp_path):
    text = "one\u2028two\u0085three"
    assert load_cases(written(tmp_path, f'{{"text": "{text}", "label": "crisis"}}\n')) == [
        Case(text, "crisis", "crisis")
    ]


def test_without_labels(tmp_path):
    assert load_cases(written(tmp_path, '{"text": "hi"}'), labelled=False) == [Case("hi")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("not json", ":2: not a JSON object"),
        ('{"text": "x"', ":2: not a JSON object"),
        ('{"text": "x"}', "`text` and `label`"),
        ('{"label": "crisis"}', "`text` and `label`"),
        ('["text", "label"]', ":2: not a JSON object"),
        ('"text"', ":2: not a JSON object"),
        ("5", ":2: not a JSON object"),
        ("null", ":2: not a JSON object"),
        ('{"text": 5, "label": "crisis"}', "must be text"),
        ('{"text": "x", "label": null}', "must be text"),
        ('{"text": "x", "label": "faq:safety", "also": "what_is"}', "`also` must be a list"),
        ('{"text": "x", "label": "faq:safety", "also": 5}', "`also` must be a list"),
        ('{"text": "x", "label": "faq:safety", "also": [5]}', "`also` must be a list"),
        ('{"text": "x", "label": "crisis", "level": "P4"}', "`level` must be one of P0, P1"),
        ('{"text": "x", "label": "crisis", "level": 0.5}', "`level` must be one of"),
        ('{"text": "x", "label": "crisis", "about": "pets"}', "`about` must be one of own, over"),
        ('{"text": "x", "label": "crisis", "about": ["own"]}', "`about` must be one of own"),
    ],
)
def test_the_wrong_line_is_named(tmp_path, line, says):
    path = written(tmp_path, '{"text": "hi", "label": "crisis"}\n' + line)
    with pytest.raises(CasesError) as caught:
        load_cases(path)
    assert f"{path}:2: " in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"), [("", "no cases"), ("\n \n", "no cases"), (b"\xff\xfe", "cannot be read")]
)
def test_a_file_without_cases(tmp_path, content, says):
    with pytest.raises(CasesError, match=says):
        load_cases(written(tmp_path, content))


def test_no_file(tmp_path):
    with pytest.raises(CasesError, match="FileNotFoundError"):
        load_cases(tmp_path / "cases.jsonl")
