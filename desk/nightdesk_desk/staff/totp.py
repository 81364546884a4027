"""Time-based one-time passwords (RFC 6238): secrets, the codes that fit, and what to scan."""

import hmac
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup

STEP = 30
"""Seconds that one code stands for."""

DIGITS = 6


def new_secret() -> str:
    """Give a fresh secret: 160 random bits, in the letters that authenticator apps read."""
    return pyotp.random_base32()


def matching_step(secret: str, typed: str, at: datetime) -> int | None:
    """Give the time step whose code `typed` is, or None.

    The present step counts, and the ones just before and after: clocks differ, and people take
    time to type. Spaces in what was typed do not count.
    """
    code = "".join(typed.split())
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    codes = pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
    current = int(at.timestamp()) // STEP
    for step in (current, current - 1, current + 1):
        if hmac.compare_digest(codes.generate_otp(step), code):
            return step
    return None


def otpauth_address(secret: str, username: str, clinic: str) -> str:
    """Give the `otpauth://` address that an authenticator app reads from the picture."""
    # A colon would end the name of who issued it.
    issuer = " ".join(f"Nightdesk {clinic}".replace(":", " ").split())
    codes = pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
    return codes.provisioning_uri(name=username, issuer_name=issuer)


def picture(address: str) -> Markup:
    """Give the address as a QR code: SVG for a page, without styles or scripts."""
    code = segno.make(address, error="m", micro=False)
    # The reader's colour scheme must not turn it: phones want dark on light.
    svg = code.svg_inline(omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return Markup(svg)  # noqa: S704 -- segno writes shapes, never the text itself


def in_groups(secret: str) -> str:
    """Give a secret as somebody types it off a screen: in groups of four."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
