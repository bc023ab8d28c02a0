# What the bytes of weft.repl.v1 are made of: canonical JSON and names
# (docs/store-format.md), numbers and texts (docs/reconciliation.md).
import decimal
import hashlib
import re

SHORT = dict(zip('\b\t\n\f\r"\\', ["\\" + c for c in 'btnfr"\\']))
ESCAPED = re.compile(
    '["\\\\\x00-\x1f\x7f-\x9f\xad\u0600-\u0604\u070f\u17b4\u17b5'
    "\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff]"
)


def number(value):
    value = float(value)
    if value == 0:
        return "0"
    _, digits, exponent = decimal.Decimal(repr(abs(value))).as_tuple()
    digits = "".join(map(str, digits))
    point = len(digits) + exponent
    digits = digits.rstrip("0")
    if 0 < point <= 21:
        fraction = "." + digits[point:] if digits[point:] else ""
        text = digits[:point].ljust(point, "0") + fraction
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        text = digits[0] + ("." + digits[1:] if digits[1:] else "")
        text += "e%+d" % (point - 1)
    return "-" + text if value < 0 else text


def string(text):
    return '"%s"' % ESCAPED.sub(
        lambda found: SHORT.get(found[0]) or "\\u%04x" % ord(found[0]), text
    )


def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        members = [string(n) + ":" + canonical(value[n]) for n in names]
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, str):
        return string(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return number(value)


def revision(data):
    """Of a record; None: it was deleted."""
    if data is None:
        return None
    return hashlib.sha1(canonical(data).encode()).hexdigest()


def put_number(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def put_signed(value):
    return put_number(2 * value if value >= 0 else -2 * value - 1)


def put_text(text):
    data = text.encode()
    return put_number(len(data)) + data


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def bytes(self, size):
        self.at += size
        assert self.at <= len(self.data), "too short"
        return self.data[self.at - size : self.at]

    def fixed(self, size):
        return int.from_bytes(self.bytes(size), "big")

    def number(self):
        value = shift = 0
        while True:
            byte = self.fixed(1)
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def signed(self):
        value = self.number()
        return -(value + 1) // 2 if value & 1 else value // 2

    def text(self):
        return self.bytes(self.number()).decode()

    def rest(self):
        return self.bytes(len(self.data) - self.at)
