"""Numbers of a plan: 64-bit integers are numbers, all others are their decimal text.

The engines count in decimals of any length. A plan file has what no 64-bit number holds exactly, such as 0.1, as a
text; `show -json` has it as a number of as many digits as it takes. The text is what both can give.
"""

from __future__ import annotations

from typing import Final

INTEGERS: Final = range(-(2**63), 2**63)


def whole_number(digits: str) -> int | str:
    """Read a number without a fraction."""
    value = int(digits)
    return value if value in INTEGERS else str(value)


def fraction(text: str) -> int | str:
    """Read a number with a fraction or an exponent."""
    from decimal import Decimal

    value = Decimal(text)
    if value != value.to_integral_value():
        return f"{value:f}"
    return whole_number(f"{value:.0f}")
