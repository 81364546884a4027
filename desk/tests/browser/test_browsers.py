"""That the browsers under test really have what a test asks for: what is ignored proves nothing."""

import pytest
from browsers import Browsers


@pytest.mark.parametrize(
    ("how", "query"),
    [
        ({"color_scheme": "dark"}, "(prefers-color-scheme: dark)"),
        ({"color_scheme": "light"}, "(prefers-color-scheme: light)"),
        ({"reduced_motion": "reduce"}, "(prefers-reduced-motion: reduce)"),
        ({"reduced_motion": "no-preference"}, "(prefers-reduced-motion: no-preference)"),
        ({"forced_colors": "active"}, "(forced-colors: active)"),
        ({"forced_colors": "none"}, "(forced-colors: none)"),
        ({"contrast": "no-preference"}, "(prefers-contrast: no-preference)"),
        (
            {"contrast": "more", "color_scheme": "dark"},
            "(prefers-contrast: more) and (prefers-color-scheme: dark) and (forced-colors: none)",
        ),
    ],
)
def test_a_page_sees_what_somebody_likes(
    browser: Browsers, how: dict[str, str], query: str
) -> None:
    context = browser.new_context(**how)
    page = context.new_page()
    assert page.evaluate(f"matchMedia({query!r}).matches") is True
    context.close()
