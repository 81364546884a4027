"""A pasted e-mail: what the visitor asks in it, and short messages that are none."""

import pytest

from nightdesk.nlu.pasted import own_words

QUESTION = "How much is one infusion?"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "How much is it?",
        "Hi,\nHow much is it?",
        "How much is it?\nthanks",
        "thanks\nbye",
        "> quoted",
        "From: me\nSubject: price",
    ],
)
def test_fewer_than_three_lines_are_no_email(text):
    assert own_words(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "hello\nhow much is one session\nand do you take insurance",
        "how long does it take\nis it safe\nwho gives it",
        "i read that it helps:\n- depression\n- anxiety\nis that so?",
        "What I want to know\nfrom you is this\nhow much is it",
    ],
)
def test_a_message_of_several_lines_without_any_mark_of_an_email_stays(text):
    assert own_words(text) == text


class TestWhatGoes:
    @pytest.mark.parametrize(
        "line",
        [
            "> Dear patient, we are open on Monday.",
            ">> Is it safe?",
            "  > Is it safe?",
            "| quoted by a bar",
        ],
    )
    def test_quoted_lines(self, line):
        assert own_words(f"{line}\n{QUESTION}\n{line}") == QUESTION

    @pytest.mark.parametrize(
        "line",
        [
            "From: Ann <ann@mail.example>",
            "To: hello@harborlight.example",
            "Cc: someone@mail.example",
            "Sent: Monday, 3 November 2025 10:02",
            "Date: 3 Nov 2025",
            "Subject: Re: your visit",
            "REPLY-TO: ann@mail.example",
        ],
    )
    def test_headers(self, line):
        assert own_words(f"{line}\n\n{QUESTION}") == QUESTION

    @pytest.mark.parametrize(
        "line",
        [
            "On Mon, Nov 3, 2025 at 10:02 AM Clinic <hello@harborlight.example> wrote:",
            "on 3.11.2025 the clinic wrote",
            "-----Original Message-----",
            "---------- Forwarded message ---------",
            "Begin forwarded message:",
        ],
    )
    def test_what_is_replied_to(self, line):
        text = f"{QUESTION}\n\n{line}\nOur fee is $75.\nIs there anything else?"
        assert own_words(text) == QUESTION

    @pytest.mark.parametrize(
        "line",
        [
            *("--", "-- ", "___", "Sent from my iPhone", "Get Outlook for iOS"),
            *("Kind regards,", "best regards", "Warm regards", "Regards", "Many thanks,"),
            *("Thanks", "thank you!", "Best wishes,", "Sincerely,", "Cheers", "Yours truly,"),
        ],
    )
    def test_signatures(self, line):
        text = f"{QUESTION}\n\n{line}\nAnn Example\nSales Manager\n(555) 010-0142"
        assert own_words(text) == QUESTION

    @pytest.mark.parametrize(
        "line",
        [
            "Dear Harborlight Ketamine Clinic team,",
            "Dear Dr. Jones,",
            "hi there,",
            "Hello:",
            "Good morning,",
            "Hey Sam,",
        ],
    )
    def test_salutations(self, line):
        assert own_words(f"{line}\n\n{QUESTION}\nAnn") == f"{QUESTION}\nAnn"

    def test_a_whole_email(self):
        text = (
            "From: Ann Example <ann@mail.example>\r\n"
            "Subject: Question\r\n"
            "\r\n"
            "Dear clinic,\r\n"
            "\r\n"
            "I read about your treatment.\r\n"
            "How much is one infusion?\r\n"
            "\r\n"
            "Best regards,\r\n"
            "Ann\r\n"
            "\r\n"
            "On Mon, Nov 3, 2025 at 10:02 AM Clinic wrote:\r\n"
            "> Is there anything else?\r\n"
        )
        assert own_words(text) == f"I read about your treatment.\n{QUESTION}"


class TestWhatStays:
    @pytest.mark.parametrize(
        "last", ["and where are you", "oh and do you take insurance", "is it safe?", "how come"]
    )
    @pytest.mark.parametrize("thanks", ["thanks", "thank you!", "cheers", "ok thanks"])
    def test_a_question_after_thanks(self, thanks, last):
        # Short messages sent quickly reach us as lines of one.
        text = f"how much is it\n{thanks}\n{last}"
        assert last in own_words(text)
        assert "how much is it" in own_words(text)

    def test_thanks_in_the_first_line(self):
        assert own_words("Thanks!\nOne more thing:\nhow much is it?") == (
            "Thanks!\nOne more thing:\nhow much is it?"
        )

    @pytest.mark.parametrize(
        "first", ["hi i want to know the price,", "hello, how much is it,", "hey can i drive home:"]
    )
    def test_a_greeting_line_that_asks_something(self, first):
        assert first in own_words(f"{first}\nthe hours\nand where you are")

    def test_an_answer_below_what_is_replied_to(self):
        text = f"On Mon, Nov 3, 2025 the clinic wrote:\n> Our fee is $75.\n\n{QUESTION}"
        assert own_words(text) == QUESTION

    def test_what_is_forwarded_without_a_word(self):
        text = f"---- Original Message ----\nFrom: Ann\n{QUESTION}"
        assert own_words(text) == QUESTION

    def test_a_wish_after_thanks_in_a_chat(self):
        text = "hi,\nhow much is it\nthanks\ni also want to know the price of the first talk"
        assert own_words(text).endswith("the first talk")

    def test_what_stands_below_the_thanks_of_an_email_goes(self):
        below = "Ann\nThis message is meant for the one that it names, and for nobody else."
        assert own_words(f"Dear clinic,\n{QUESTION}\nThanks\n{below}") == QUESTION

    def test_something_is_left_of_every_email(self):
        assert own_words("Dear clinic,\n\nRegards,").strip()

    @pytest.mark.parametrize("line", ["thanks" + " " * 1900 + "x", "_" * 1990, "-" * 1990 + "x"])
    def test_a_long_line_stays(self, line):
        assert own_words(f"{QUESTION}\n{line}x\nbye").startswith(f"{QUESTION}\n{line}")

    @pytest.mark.parametrize(
        "text",
        [
            "> one\n> two\n> three",
            "From: a\nTo: b\nSubject: price",
            "\n\n\n",
        ],
    )
    def test_nothing_is_never_all_that_is_left(self, text):
        assert own_words(text) == text
