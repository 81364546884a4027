"""What is signed beside answers and replies: pages, the widget's words, other languages."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.signed_items import GROUPS, load_signed_items
from nightdesk_contract.signed_pages import (
    PROTOCOLS,
    STRINGS,
    language_items,
    load_every_item,
    load_page_items,
    page_items,
    protocol_item,
    widget_items,
)

ROOT = Path(__file__).parents[2]
FIGURES = "<!-- figures: x -->\n\nFound 9.\n\n<!-- figures end -->\n\n"
PAGE = f"# Help\n\nCall {{emergency}}.\n\n{FIGURES}End.\n"


def test_the_page_on_crises_without_its_figures():
    item = protocol_item("<!-- for us -->\n" + PAGE)
    assert item.id == "crisis:page.protocol"
    assert item.content == "text: # Help\ntext: Call {emergency}.\ntext: End."
    assert item == protocol_item(PAGE.replace("Found 9", "Found 10"))
    assert item != protocol_item(PAGE.replace("Call", "Ring"))


def test_the_projects_own_page_has_the_marks_that_its_figures_lie_between():
    document = (ROOT / "docs" / "crisis-protocol.md").read_text(encoding="utf-8")
    item = protocol_item(document)
    assert "These figures were measured" in document
    assert "These figures were measured" not in item.content
    assert "## Who is responsible" in item.content


def test_a_page_is_signed_when_a_crisis_number_stands_on_it():
    pages = {
        "privacy": {"title": "Privacy", "sections": [{"paragraphs": ["Call {phone}."]}]},
        "lines": {"title": "Lines", "each": ["Call {emergency}.", "You can {reach}."]},
    }
    (item,) = page_items(pages)
    assert item.id == "crisis:page.lines"
    assert item.content == "title: Lines\neach: Call {emergency}.\neach: You can {reach}."


def test_each_other_language_is_one_item():
    (item,) = language_items({"it": {"text": "Chiami {emergency}.", "button": "Una persona"}})
    assert item.id == "crisis:language.it"
    assert item.content == "text: Chiami {emergency}.\nbutton: Una persona"


def test_the_widgets_words_that_name_help_in_every_language():
    english = {
        "title": "Chat",
        "crisis_label": "In crisis?",
        "down": "Not here.",
        "down_phone": "Call us.",
        "chat_crisis": "Chat",
        "call": "Call {number}",
        "download": "Get it",
        "intro_phone": "Or call us: {phone}",
    }
    items = widget_items({"en": english, "es": {"call": "Llame al {number}"}})
    assert [item.id for item in items] == [
        f"crisis:widget.{key}"
        for key in ("crisis_label", "down", "down_phone", "chat_crisis", "call")
    ]
    assert items[-1].content == "text (en): Call {number}\ntext (es): Llame al {number}"


class TestFiles:
    @pytest.fixture
    def copy(self, tmp_path) -> Path:
        for folder in ("data/texts", STRINGS):
            shutil.copytree(ROOT / folder, tmp_path / folder)
        (tmp_path / "docs").mkdir()
        for name in PROTOCOLS.values():
            shutil.copy(ROOT / "docs" / name, tmp_path / "docs")
        return tmp_path

    def load(self, root: Path):
        return {i.id: i for i in load_page_items(root / "data", root / "docs", root / STRINGS)}

    def test_the_projects_own(self, copy):
        found = self.load(copy)
        for page in ("protocol", "crisis_lines"):
            assert {f"crisis:page.{page}", f"crisis:page.{page}_es"} <= found.keys()
        assert "crisis:page.privacy" not in found
        languages = yaml.safe_load((ROOT / "data" / "texts" / "languages.yml").read_text("utf-8"))
        assert {f"crisis:language.{code}" for code in languages} <= found.keys()
        files = [json.loads(path.read_text("utf-8")) for path in (ROOT / STRINGS).glob("*en.json")]
        help_ = {key for strings in files for key in strings if key.startswith(("crisis_", "down"))}
        assert len(help_) >= 6
        assert {f"crisis:widget.{key}" for key in help_} <= found.keys()

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("docs/crisis-protocol.md", None),
            ("docs/crisis-protocol.md", b"\xff"),
            ("docs/crisis-protocol.es.md", None),
            ("data/texts/pages.yml", b"a: ["),
            ("data/texts/languages.yml", b"- a"),
            ("desk/widget/strings/en.json", b"{"),
            ("desk/widget/strings/en.json", b"[]"),
            ("desk/widget/strings/en.json", b'{"down": 5}'),
        ],
    )
    def test_a_file_that_cannot_be_used_is_named(self, copy, name, content):
        path = copy / name
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        with pytest.raises(FileError) as caught:
            self.load(copy)
        assert caught.value.path == path

    def test_every_item_of_a_project_in_the_order_of_the_groups(self):
        clinic, data, docs = ROOT / "clinic.yml", ROOT / "data", ROOT / "docs"
        items = load_every_item(ROOT, clinic, data, docs)
        groups = [item.group for item in items.values()]
        assert groups == sorted(groups, key=GROUPS.index)
        assert load_signed_items(ROOT / "domain.yml", clinic, data).items() <= items.items()
        assert "crisis:page.protocol" in items
