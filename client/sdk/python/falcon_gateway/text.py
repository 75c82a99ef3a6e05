"""Text from Falcon, made harmless for whoever reads it."""
from __future__ import annotations

import re

# What can steer a terminal or deceive a reader: controls, line separators, bidirectional and invisible characters, noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U00013430-\U0001343f\U00016fe4"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 17))
    + "]"
)


def escape(text: str) -> str:
    """Shows unsafe characters as \\u{XXXX}. Nothing is dropped or cut."""
    return _UNSAFE.sub(lambda found: f"\\u{{{ord(found[0]):04X}}}", text)
