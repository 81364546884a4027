"""Whether the hours in words agree with those to reckon with: warns of slips, else stays silent."""

import re
from datetime import datetime, time, timezone

import pytest

from nightdesk_contract.clinic import Clinic, parse_clinic
from nightdesk_contract.hours_words import days_said, differences, times_said

AT = datetime(2026, 11, 25, 16, tzinfo=timezone.utc)
WEEKDAYS = {0, 1, 2, 3, 4}


def clinic(hours: str, text: str, **more) -> Clinic:
    return parse_clinic(
        {
            "name": "Example Clinic",
            "country": "US",
            "time_zone": "America/Chicago",
            "hours": hours,
            "hours_text": text,
            "phone": "(555) 010-0142",
            "mode": "demo",
            **more,
        }
    )


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ("Mo-Fr 09:00-17:00", "Monday to Friday, 9 am to 5 pm"),
        ("Mo-Fr 09:00-17:00", "Mon-Fri 9-5. Sat-Sun closed."),
        (
            "Mo-Fr 09:00-17:00",
            "We are open on weekdays from 9 a.m. to 5 p.m. and closed on weekends",
        ),
        ("Mo-Fr 09:00-17:00", "Monday–Friday 9–5 pm, closed Saturday and Sunday"),
        ("Mo-Th 09:00-17:00; Fr 09:00-12:00", "Mon. to Thurs. 9 a.m. to 5 p.m.; Friday 9 to noon"),
        ("Mo-Fr 09:00-12:00,13:00-17:00", "Weekdays 9 am-5 pm (closed for lunch 12-1 pm)"),
        ("Mo-Fr 08:30-17:15", "Weekdays, 8:30 a.m. to 5:15 p.m."),
        ("Mo-Fr 08:30-17:15", "Weekdays, 08:30 to 17:15"),
        ("Mo-Fr 20:00-26:00", "Weekdays, 8 pm to 2 am"),
        (
            "Mo-Su 20:00-26:00",
            "Every day, 8 pm to 2 am",
        ),  # though a clock change makes it 3 am once
        ("Sa 18:00-24:00", "Saturdays from 6 pm to midnight"),
        ("24/7", "Any time"),
        ("24/7", "Every day, 24 hours"),
        ("Mo-Fr 09:00-17:00", "Every day except weekends"),
        ("Mo-Fr 09:00-17:00", "9 am to 5 pm, last visit at 3 pm"),
        ("Mo-Fr 09:00-17:00", "By appointment"),
        (
            "Apr-Sep Mo-Fr 08:00-16:00; Oct-Mar Mo-Fr 09:00-17:00",
            "Weekdays 8 to 4, in winter 9 to 5",
        ),
    ],
)
def test_words_that_agree_or_that_cannot_be_judged(hours, text):
    assert differences(clinic(hours, text), AT) == []


@pytest.mark.parametrize(
    ("hours", "text", "says"),
    [
        ("Mo-Fr 09:00-17:00", "Monday to Saturday, 9 am to 5 pm", "names Monday, .* Saturday"),
        ("Mo-Sa 09:00-17:00", "Monday to Friday, 9 am to 5 pm", "opens on Monday, .* Saturday"),
        ("Mo-Fr 09:00-17:00", "Weekdays and weekends", "Sunday; by `hours` the clinic opens on"),
        ("Mo-Fr 09:00-17:00", "Monday to Friday, closed on Fridays", "opens on .* Friday"),
        ("Mo-Fr 09:00-18:00", "Monday to Friday, 9 am to 5 pm", "names 17:00; .* nor closes then"),
        ("Mo-Fr 09:00-18:00", "Monday to Friday, 9 am to 5 pm", "not name 18:00"),
        ("Mo-Fr 10:00-18:00", "Weekdays 9-5", "does not name 10:00, 18:00"),
        ("24/7", "Every day, 9 a.m. to 5 p.m.", "names 09:00, 17:00"),
        ("24/7 off", "Mondays", "opens on no day"),
    ],
)
def test_words_that_say_something_else(hours, text, says):

    assert any(re.search(says, told) for told in differences(clinic(hours, text), AT))


def test_no_words_are_no_slip():
    without = parse_clinic(
        {
            k: v
            for k, v in vars(clinic("24/7", "x")).items()
            if k in ("name", "country", "time_zone")
        }
        | {"hours": "Mo-Fr 09:00-17:00", "phone": "(555) 010-0142", "mode": "demo"}
    )
    assert differences(without, AT) == []


def test_a_closed_day_changes_no_weekday():
    closed = clinic("Th 09:00-17:00", "Thursdays, 9 am to 5 pm", closed_days=["2026-11-26"])
    assert differences(closed, AT) == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Monday to Friday", WEEKDAYS),
        ("Mon–Fri", WEEKDAYS),
        ("Tues. through Thurs.", {1, 2, 3}),
        ("Saturday to Monday", {5, 6, 0}),
        ("Wednesdays and Sundays", {2, 6}),
        ("weekdays", WEEKDAYS),
        ("at the weekend", {5, 6}),
        ("seven days a week", set(range(7))),
        ("a month, a sunny money market", set()),
    ],
)
def test_days(text, days):
    assert days_said(text) == days


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("9 am to 5 p.m.", {time(9), time(17)}),
        ("9:30am-12:15PM", {time(9, 30), time(12, 15)}),
        ("12 am, noon, Midnight", {time(0), time(12)}),
        ("9 to 5", set()),
        ("13 pm, 0 am, 9:75 am", set()),
        ("5 amazing rooms", set()),
    ],
)
def test_times(text, times):
    assert times_said(text) == times
