"""Pages as their readers see them."""

from nightdesk_contract.page_texts import blocks, paragraphs


def test_markdown_is_read_without_its_marks_and_comments():
    text = (
        "<!-- For us.\n\nalone -->\n# Help\n\nCall **now**,\nor [read\nmore](/x).\n\n"
        "- one\n- two\n\n1. three"
    )
    assert paragraphs(text) == ["Help", "Call now, or read more.", "one", "two", "three"]


def test_html_block_by_block_with_what_is_read_out():
    page = (
        "<!doctype html><style>p { color: just }</style><script>just()</script>"
        '<h1 aria-label="Read out">A <b>bold</b> title</h1><p>One<br>two.</p><img alt="A sea">'
    )
    assert blocks(page) == ["Read out", "A bold title", "One two.", "A sea"]


def test_a_templates_own_marks_are_no_text_but_words_within_them_are():
    page = (
        '{# just us #}{% if x == "just" %}<p>Hello {{ name }}.</p>{% endif %}'
        '<p>{{ dial("Call " ~ lines.emergency ~ " now.") }}</p><p>{{ a }} – 2</p>'
    )
    assert blocks(page) == ["Hello it .", "Call it now.", "it – 2"]
