"""Takes out of a text what tells who wrote it or how to reach them: pure, text to text.

It goes by form (numbers, addresses) and by introduction ("my name is …", "thanks, Jo"). It rather
takes too much than too little; a bare name in the middle of a sentence it cannot see.
"""

import re
from collections.abc import Callable

from nightdesk_desk.introduced import NoNames, without_names

EMAIL, WEB, PHONE, NUMBER = "[email]", "[web address]", "[phone]", "[number]"
DATE, ADDRESS, HANDLE = "[date]", "[address]", "[account]"

Rule = tuple["re.Pattern[str]", "str | Callable[[re.Match[str]], str]"]

_I = re.IGNORECASE


def without_contact(text: str, no_names: NoNames) -> str:
    """Give the text with a mark such as "[phone]" in place of each contact detail.

    `no_names` tells words of talk from names.
    """
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return without_names(text, no_names)


# Email and web addresses, also as people spell them out: "jo at gmail dot com".

_MAIL_HOSTS = (
    r"(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|icloud|aol|proton(?:mail)?|live|msn|gmx|"
    r"comcast|verizon|sbcglobal|fastmail|zoho|web|mail)"
)
_LABEL = r"[^\W_](?:[\w-]{0,61}\w)?"
_DOT = r"(?:\.|\s\.\s|\s?[(\[{]\s?(?:\.|dot)\s?[)\]}]\s?|\sdot\s)"
_AT = r"(?:[@\uff20]|\s[@\uff20]\s|\s?[(\[{]\s?(?:at|@)\s?[)\]}]\s?)"
_EMAILS = (
    # jo.smith@mail.example.com, jo(at)example(dot)com
    rf"[\w.+'\-]{{1,64}}{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}",
    # jo at example dot com
    r"\b[\w.+\-]{1,64}(?: dot [\w\-]+)?\s+at\s+[\w\-]+(?:\s+dot\s+[a-z]{2,}){1,3}\b",
    # jo at gmail.com, jo at gmail
    rf"\b[\w.+\-]{{2,64}}\s+at\s+{_MAIL_HOSTS}(?:\s?(?:\.|dot)\s?[a-z]{{2,}})*\b",
)
_TLD = r"(?:com|org|net|edu|gov|mil|info|biz|clinic|co\.uk|org\.uk|ac\.uk|com\.au|ca|es|fr|de|br)"
_WEBS = (
    r"\bhttps?://\S+",
    r"\bwww\.\S+",
    rf"\b{_LABEL}(?:\.{_LABEL}){{0,3}}\.{_TLD}\b(?:/\S*)?",
    r"\b[a-z][\w-]*(?:\.[\w-]+){0,3}\.[a-z]{2,10}/\S+",
)
_HANDLES = (
    r"(?<![\w@])@[a-z_][\w.]{2,}",
    r"\b(?:insta(?:gram)?|facebook|fb|snap(?:chat)?|whatsapp|telegram|skype|tiktok|twitter)"
    r"\s*(?:name|handle|user|account|id)?\s*(?::|is)\s*[\w.@-]{3,}",
)


# Dates that tell who somebody is: whole dates, and a birthday.

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:(?:19|20)\d\d|['\u2019]\d\d)"
_MONTH_DAY = rf"(?:{_MONTH}\s+(?:the\s+)?{_DAY}|{_DAY}\s+(?:of\s+)?{_MONTH})"
_NUMERIC = r"\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:\d{4}|\d{2})"
_ISO = r"(?:19|20)\d\d[/.\-]\d{1,2}[/.\-]\d{1,2}"
_BORN = (
    r"(?:\bborn|\bd\.?o\.?b\.?|\bdate of birth|\bbirth\s?da(?:y|te)|\bb-?day|\bnacid[oa]|"
    r"\bgeboren|\bnascid[oa]|\bn\u00e9e?)"
)
_DATES = (
    rf"(?<![\d./-]){_NUMERIC}(?![\d/-])",
    rf"(?<![\d./-]){_ISO}(?!\d)",
    rf"\b{_MONTH_DAY}(?:,|\s+of)?\s+(?:{_YEAR}|\d\d)\b(?!\s?(?:mg|mcg|%|weeks?|days?|sessions?))",
)
_BIRTHDAYS = (
    rf"({_BORN}(?:\s+(?:is|was|on|in|at|the|el|am|le|em))*[\s:,\-=(#]*)"
    rf"(?:{_NUMERIC}|{_ISO}|{_MONTH_DAY}(?:,?\s*(?:{_YEAR}|\d\d))?|{_MONTH}\s*{_YEAR}|{_YEAR}|\d{{6,8}}|"
    rf"\d{{1,2}}[/.\-]\d{{1,2}}|\d\d)\b(?!\s?(?:weeks?|days?|months?|hours?|times|/))"
)


# Numbers: identity, insurance and cards first, then telephones.

_ID_WORD = (
    r"(?:ssn|social(?:\s+security)?|medicare|medicaid|mrn|member(?:ship)?|policy|subscriber|"
    r"group|insurance|account|acct|card|credit card|chart|patient|driver'?s?\s+licen[cs]e|"
    r"licen[cs]e|passport|nhs|claim|id)"
)
_IDS = (
    # ssn is 123 45 6789; member id: XJH 1234 5678; last four of my social are 1234
    # "*+" gives no space back: without it, a long gap takes time to the third power of its length.
    rf"(\b{_ID_WORD}\b(?:\s*+(?:id|number|num|no\.?|nr|ending|ends|is|are|was|in|with|my|#|:|=|-)){{0,4}}"
    r"\s*+[:#=]?\s*+)(?!\W*+(?:[a-z]+\W+)?(?:19|20)\d\d\b)(?=(?:[\- ]?[a-z]{0,4}[\- ]?\d){4})"
    r"[a-z]{0,4}[\- ]?\d\w*(?:[\- ][a-z]{0,4}\d\w*){0,5}\b",
    r"()(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])",
    r"()(?<![\w])(?:\d[ \-]?){15,18}\d(?![\w])",
    r"()\b[a-z]{1,4}-?\d{6,}[a-z]?\d*\b",
)
_SEPARATORS = r"[\s().\-/\u2010-\u2015\u00b7\u2022]{0,3}"
_DIGITS = re.compile(
    rf"(?<![\d$\u20ac\u00a3])(?:\+\s?)?\(?\d(?:{_SEPARATORS}\d){{5,}}"
    r"(?:\s*(?:x|ext\.?|extension)\s*\d{1,6})?"
)
_COMMAS = r"(?<!\d)\d{3},\s?\d{3},\s?\d{4}(?!\d)"
_SPOKEN = (
    r"\b(?:(?:double|triple)\s+)?(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
    r"(?:[\s,\-]+(?:(?:double|triple)\s+)?"
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)){6,}\b"
)
_MEASURED = re.compile(
    r"\s?(?:-\s?)?(?:mg|mcg|ug|g|gr|grams?|kg|ml|cc|iu|units?|%|percent|dollars?|bucks|usd|eur(?:os?)?|"
    r"pounds?|lbs?|hours?|hrs?|min(?:ute)?s?|seconds?|days?|weeks?|months?|years?|times|people|"
    r"patients|calories|steps|miles|k)\b",
    _I,
)
_MONEY_BEFORE = re.compile(r"[$\u20ac\u00a3]\s?[\d,.\s\-\u2013]*$|\b(?:usd|eur)\s$", _I)
_PHONE_CUE = re.compile(
    r"(?:call|text|phone|cell|mobile|tel|number|reach|ring|contact|fax|whatsapp)\W+(?:\w+\W+){0,4}$",
    _I,
)
_YEARS = re.compile(r"(?:19|20)\d\d")
_ROUND = 50


def _digits(match: re.Match[str]) -> str:
    """Give the mark for a run of digits, or the run itself where it is an amount or years."""
    run, text = match[0], match.string
    groups = re.findall(r"\d+", run)
    digits = "".join(groups)
    before = text[max(0, match.start() - 60) : match.start()]
    if _MEASURED.match(text, match.end()) or _MONEY_BEFORE.search(before):
        return run
    if all(_YEARS.fullmatch(group) for group in groups):
        return run
    if run.count("/") and not run.startswith(("0", "+")):
        # Blood pressures and such: 120/80 118/76.
        return run
    if len(digits) == 6:
        cued = _PHONE_CUE.search(before)
        return run if not cued and (len(groups) > 1 or digits.endswith("000")) else _mark(digits)
    if len(groups) == 1 and digits.endswith("0000"):
        return run
    if len(groups) == 2 and max(map(len, groups)) < 6 and "+" not in run:
        low, high = map(int, groups)
        if low < high and not low % _ROUND and not high % _ROUND:
            return run
    return _mark(digits)


def _mark(digits: str) -> str:
    return PHONE if 7 <= len(digits) <= 15 else NUMBER


# Street addresses.

_NO_STREET = (
    r"(?!(?:an?|the|in|on|at|of|to|for|and|or|more|other|different|new|good|bad|mg|mcg|ml|min(?:ute)?s?|"
    r"h(?:ou)?rs?|hours?|days?|weeks?|months?|years?|yrs?|times?|sessions?|visits?|miles?|blocks?|km|"
    r"people|kids|percent|dollars|bucks|step|steps|half|way|long|short|more|per|is|was|am|pm|days?|"
    r"quick|easy|single|st|nd|rd|th)\b)"
)
_STRONG = r"(?:street|avenue|ave|road|rd|boulevard|blvd|lane|ln|parkway|pkwy|highway|hwy|terrace)"
_WEAK = r"(?:st|drive|dr|court|ct|cir|trl|crescent|plaza)"
_CASED = r"(?:Way|Place|Pl|Square|Sq|Circle|Loop|Trail|Alley|Row|Close|Court|Path|Ridge|Run)"
_UNIT = r"(?:,?\s*(?:apt|apartment|unit|suite|ste|#)\.?\s*#?\s*\w{1,6})?"
_TOWN = (
    r"(?:,?\s+(?-i:[A-Z][a-z]+(?:\s[A-Z][a-z]+){0,2}),?\s+(?-i:[A-Z]{2})(?:\s+\d{5}(?:-\d{4})?)?"
    r"|,?\s+\d{5}(?:-\d{4})?)?"
)
_TALK_AFTER = r"(?!\s+(?:drugs?|price|use|value|ketamine|version|stuff|names?|smarts)\b)"
_STOP = r"(?:\.(?=,|\s+(?:apt|apartment|unit|suite|ste|#)\b))?"
_WORDS = r"(?:[nsew]{1,2}\.?\s+)?(?:[\w'.\-]+\s+)"
_ADDRESSES = (
    rf"\b\d{{1,6}}[a-z]?,?\s+{_NO_STREET}{_WORDS}{{1,3}}?{_STRONG}\b{_TALK_AFTER}{_STOP}{_UNIT}{_TOWN}",
    rf"\b\d{{2,6}}[a-z]?,?\s+{_NO_STREET}{_WORDS}{{1,2}}?{_WEAK}\b{_TALK_AFTER}{_STOP}{_UNIT}{_TOWN}",
    rf"\b\d{{1,6}}\s+(?-i:(?:[A-Z][\w'.\-]*\s+){{1,3}}{_CASED})\b{_STOP}{_UNIT}{_TOWN}",
    r"\bp\.?\s?o\.?\s?box\s*#?\d+",
    r"\b(?:apt|apartment)\.?\s*#?\s*\d+\w?\b",
    r"\bzip(?:\s?code)?(?:\s+is|:)?\s*\d{5}(?:-\d{4})?\b",
    r"(?-i:\b[A-Z][a-z]+(?:\s[A-Z][a-z]+){0,2},?\s+[A-Z]{2}),?\s+\d{5}(?:-\d{4})?\b",
    r"(?-i:\b[A-Z]{1,2}\d[A-Z\d]?\s\d(?!MG|ML|KG)[A-Z]{2}\b)",
)
_LIVES = (
    r"(\b(?:live|lives|living|stay|staying|reside|address\s+is|address:)\s+(?:at|on|near|off)?\s*)"
    rf"(?:\d{{1,6}}\s+{_NO_STREET}(?-i:[A-Z])[\w'.\-]+(?:\s+(?-i:[A-Z])[\w'.\-]+)*"
    rf"|(?-i:[A-Z])[\w'.\-]+(?:\s+[\w'.\-]+)?\s+(?:{_STRONG}|{_WEAK}|{_CASED})\b)"
)

_RULES: list[Rule] = [
    *((re.compile(pattern, _I), EMAIL) for pattern in _EMAILS),
    *((re.compile(pattern, _I), WEB) for pattern in _WEBS),
    *((re.compile(pattern, _I), HANDLE) for pattern in _HANDLES),
    (re.compile(_BIRTHDAYS, _I), rf"\g<1>{DATE}"),
    *((re.compile(pattern, _I), DATE) for pattern in _DATES),
    *((re.compile(pattern, _I), rf"\g<1>{NUMBER}") for pattern in _IDS),
    *((re.compile(pattern, _I), ADDRESS) for pattern in _ADDRESSES),
    (re.compile(_LIVES, _I), rf"\g<1>{ADDRESS}"),
    *((re.compile(pattern, _I), PHONE) for pattern in (_COMMAS, _SPOKEN)),
    (_DIGITS, _digits),
]
