"""Contact details are taken out of what staff read as examples, however they are written."""

import pytest

from nightdesk_desk.introduced import NoNames
from nightdesk_desk.settings import PROJECT_ROOT
from nightdesk_desk.without_contact import without_contact

NO_NAMES = NoNames.load(PROJECT_ROOT / "data")


def without(text: str) -> str:
    return without_contact(text, NO_NAMES)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail me: jo.smith+clinic@mail.example.com please", "mail me: [email] please"),
        ("JO@EXAMPLE.ORG", "[email]"),
        ("jo @ example . com", "[email]"),
        ("jo(at)example(dot)com", "[email]"),
        ("jo [at] example [dot] co [dot] uk", "[email]"),
        ("write to jo.smith at gmail dot com", "write to [email]"),
        ("its dana at gmail.com", "its [email]"),
        ("dana77 at yahoo", "[email]"),
        ("jo\uff20example.com", "[email]"),
        ("see https://example.com/me?id=3 thanks", "see [web address] thanks"),
        ("www.jo-smith.example", "[web address]"),
        ("my site is josmith.com", "my site is [web address]"),
        ("facebook.com/jo.smith.9", "[web address]"),
        ("t.me/josmith", "[web address]"),
        ("dm me @jo_smith", "dm me [account]"),
        ("my instagram is jo.smith99", "my [account]"),
    ],
)
def test_addresses_on_the_net(text: str, left: str) -> None:
    assert without(text) == left


@pytest.mark.parametrize(
    "number",
    [
        "(555) 010-0142",
        "555-010-0142",
        "555.010.0142",
        "555 010 0142",
        "5550100142",
        "+1 555 010 0142",
        "+1-555-010-0142",
        "1 (555) 010-0142",
        "010-0142",
        "555 0142",
        "+44 20 7946 0958",
        "020 7946 0958",
        "06 12 34 56 78",
        "+49 (0)30 123456",
        "030/1234567",
        "555\u2013010\u20130142",
        "5 5 5 0 1 0 0 1 4 2",
        "555, 010, 0142",
        "(555)010-0142 ext. 12",
        "555-010-0142 x9",
        "five five five oh one oh oh one four two",
        "five-five-five, zero one, four, two",
    ],
)
def test_phone_numbers(number: str) -> None:
    assert without(f"call me at {number}, please") == "call me at [phone], please"
    assert without(f"cell:{number}") == "cell:[phone]"


@pytest.mark.parametrize(
    "text",
    [
        "my ssn is 123-45-6789",
        "SSN 123 45 6789",
        "social security number: 123456789",
        "my member id is XJH123456789, ok",
        "member ID: W1234 56789",
        "policy no. 99-12345",
        "medicare 1EG4-TE5-MK73",
        "card 4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "last 4 of my social are 1234",
        "group # 4455667",
        "mrn 0044556",
        "XJH12345678",
    ],
)
def test_long_numbers(text: str) -> None:
    left = without(text)
    assert "[number]" in left
    assert not any(char.isdigit() for char in left.replace("last 4", ""))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("born 03/04/1985", "born [date]"),
        ("dob: 3.4.85", "dob: [date]"),
        ("DOB 03041985", "DOB [date]"),
        ("date of birth is March 3rd, 1985", "date of birth is [date]"),
        ("I was born on 3 March 1985.", "I was born on [date]."),
        ("i was born in 1985", "i was born in [date]"),
        ("my birthday is june 9", "my birthday is [date]"),
        ("1985-03-04", "[date]"),
        ("on 3/4/1985 I fell", "on [date] I fell"),
        ("the 3rd of May 1985", "the [date]"),
        ("Aug 12, '85", "[date]"),
    ],
)
def test_dates(text: str, left: str) -> None:
    assert without(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I live at 12 Elm Street", "I live at [address]"),
        ("i live at 1207 n oak ave apt 4b", "i live at [address]"),
        ("123 Main St., Springfield, IL 62704", "[address]"),
        ("450 West Park Dr Unit 9", "[address]"),
        ("45 maple lane", "[address]"),
        ("12 Park Place", "[address]"),
        ("P.O. Box 123", "[address]"),
        ("I'm in Springfield, IL 62704", "I'm in [address]"),
        ("zip code 62704", "[address]"),
        ("living at 12 Elm", "living at [address]"),
        ("I live on Elm Street", "I live on [address]"),
        ("London SW1A 1AA", "London [address]"),
    ],
)
def test_street_addresses(text: str, left: str) -> None:
    assert without(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my name is Dana", "my name is [name]"),
        ("My name is dana miller and I have PTSD", "My name is [name] and I have PTSD"),
        ("my name's Dana Miller, is it safe?", "my name's [name], is it safe?"),
        ("my name is Dana O'Neil-Smith. Does it hurt?", "my name is [name]. Does it hurt?"),
        ("Name: Jo Smith", "Name: [name]"),
        ("my name Jo", "my name [name]"),
        ("my name is Will, can I come?", "my name is [name], can I come?"),
        ("My name is hope", "My name is [name]"),
        ("my husbands name is Mark", "my husbands name is [name]"),
        ("call me Al", "call me [name]"),
        ("I go by Sam", "I go by [name]"),
        ("this is Dana Miller", "this is [name]"),
        ("Hi, this is Dana. How much is it?", "Hi, this is [name]. How much is it?"),
        ("I'm Jo Smith calling about the price", "I'm [name] calling about the price"),
        ("this is dana calling", "this is [name] calling"),
        ("im dana smith from springfield", "im [name] from springfield"),
        ("Hi I\u2019m Dana and I am depressed", "Hi I\u2019m [name] and I am depressed"),
        ("hi dana here, is it safe", "hi [name] here, is it safe"),
        ("Dana here, is it safe", "[name] here, is it safe"),
        ("Is it safe? Thanks, Dana", "Is it safe? Thanks, [name]"),
        ("Is it safe?\nthank you\nDana Miller", "Is it safe?\nthank you\n[name]"),
        ("how long is it? thanks, dana", "how long is it? thanks, [name]"),
        ("Is it safe? Regards,\nDana M.", "Is it safe? Regards,\n[name]."),
        ("Is it safe? - Dana", "Is it safe? - [name]"),
        ("Dr. Miller told me about it", "Dr. [name] told me about it"),
        ("ask Mrs Lopez", "ask Mrs [name]"),
        ("my husband Mark has PTSD", "my husband [name] has PTSD"),
        ("my son Tim is 30", "my son [name] is 30"),
        ("me llamo Ana Lopez", "me llamo [name]"),
        ("soy Ana", "soy [name]"),
        ("je m'appelle Zo\u00e9", "je m'appelle [name]"),
        ("ich hei\u00dfe J\u00fcrgen", "ich hei\u00dfe [name]"),
    ],
)
def test_names_that_are_given_as_such(text: str, left: str) -> None:
    assert without(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "40 mg",
        "I take 40 mg twice a day",
        "0.5 mg/kg over 40 minutes",
        "0.5-1.0 mg/kg",
        "400-1000 mg",
        "2 weeks",
        "5 sessions",
        "6 sessions in 2 to 3 weeks",
        "PTSD",
        "in 2024",
        "2020-2024",
        "between 2019 and 2023",
        "since May 2024",
        "I'm depressed",
        "I'm Depressed",
        "I am Bipolar",
        "I AM SO TIRED OF THIS",
        "THIS IS AWFUL",
        "i'm new here",
        "im feeling low",
        "I'm PTSD",
        "This is bad",
        "this is about ketamine",
        "It's Tuesday",
        "is it $1,500 or $2,000?",
        "does it cost 400-500 dollars",
        "$1500-2000",
        "1,000,000 people",
        "10000 dollars",
        "my blood pressure is 120/80",
        "120/80, 118/76 and 130/85",
        "I'm 34 and weigh 180 lbs",
        "at 9:30 or 10 am",
        "24/7",
        "vitamin B12 and D3",
        "18-65 years",
        "a 2 hour drive",
        "is it a 30 minute drive",
        "1 good way",
        "how is it different from street use",
        "can I drive home",
        "I have 3 kids on the way",
        "thanks a lot",
        "thank you, this helped",
        "thanks, bye",
        "Thanks!",
        "no thanks, ketamine scares me",
        "look at this",
        "at home",
        "meet me at noon",
        "my doctor said no",
        "my therapist told me",
        "dr appointment",
        "call me back",
        "please call me at noon",
        "can someone call me",
        "what is its name",
        "the name of the drug",
        "i.v. or oral",
        "and/or",
        "e.g. lozenges",
        "anxiety - depression",
        "is it covered by insurance",
        "what insurance do you take",
        "my insurance is Aetna",
        "do I need ID",
        "I was born depressed",
        "three or four sessions",
        "one two three",
        "level 3 2 1",
        "how many people? 1 in 3?",
        "group therapy 2 times a week",
        "I've been on lexapro 20mg and wellbutrin 300mg for 10 years",
        "do you take patients with treatment-resistant depression?",
        "covid19",
        "Spravato vs. IV",
        "call me a taxi",
        "influencer here, free treatment for posts?",
        "is there a waiting list? please get back to me soon, thanks",
        "3 doses, 2 visits, 1 day",
        "insurance in 2024",
        "what does a group session cost",
    ],
)
def test_what_is_no_contact_detail_stays(text: str) -> None:
    assert without(text) == text


def test_several_in_one_message() -> None:
    said = (
        "Hi, my name is Dana Miller, born 3/4/1985, 12 Elm Street. Call (555) 010-0142 or write "
        "dana@example.com. I take 40 mg of Prozac for PTSD. Is it safe? Thanks, Dana"
    )
    assert without(said) == (
        "Hi, my name is [name], born [date], [address]. Call [phone] or write [email]. "
        "I take 40 mg of Prozac for PTSD. Is it safe? Thanks, [name]"
    )


def test_the_same_again_changes_nothing() -> None:
    said = without("I'm Dana Miller, 555-010-0142, dana@example.com, 12 Elm Street. Thanks, Dana")
    assert without(said) == said
