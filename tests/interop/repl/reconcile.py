# The asker's side of docs/reconciliation.md: symbols, sketches, and tries as
# docs/store-format.md has them.  Records are a dictionary of data by id.
import hashlib
import math

from wire import Reader, canonical, put_number, put_signed

ALL = 2**64 - 1
SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


def git_id(kind, content):
    head = b"%s %d\0" % (kind, len(content))
    return hashlib.sha1(head + content).digest()


def escape(text):
    data, out = text.encode(), b""
    for i, byte in enumerate(data):
        keeps = byte in SAFE or byte == 46 and 0 < i < len(data) - 1
        out += bytes([byte]) if keeps else b"%%%02X" % byte
    return out or b"%e"


def leaf(records):
    entries = []
    for id, data in records.items():
        name = escape(id)
        blob = git_id(b"blob", canonical(data).encode())
        if len(name) > 200:
            name = b"%h" + hashlib.sha1(id.encode()).hexdigest().encode()
            entries.append((name + b".id", git_id(b"blob", id.encode())))
        entries.append((name, blob))
    return b"".join(b"100644 %s\0%s" % entry for entry in sorted(entries))


def digit(id, depth):
    return hashlib.sha1(id.encode()).hexdigest()[depth]


def trie(records, path="", nodes=None):
    """The ids of all nodes by their paths, which are digits; the root's is
    empty."""
    nodes = {} if nodes is None else nodes
    parts = {}
    for id, data in records.items():
        parts.setdefault(digit(id, len(path)), {})[id] = data
    if len(records) <= 64 or len(path) == 15:
        content = leaf(records)
    else:
        content = b""
        for d in sorted(parts):
            trie(parts[d], path + d, nodes)
            content += b"40000 %s\0%s" % (d.encode(), nodes[path + d])
    nodes[path] = git_id(b"tree", content)
    return nodes


def root(records):
    return trie(records)[""]


def mix(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & ALL
    z = (z ^ z >> 27) * 0x94D049BB133111EB & ALL
    return z ^ z >> 31


def id_hash(id):
    return hashlib.sha1(id.encode()).digest()[:8]


def symbol(id, data):
    blob = git_id(b"blob", canonical(data).encode())
    return int.from_bytes(id_hash(id) + blob[:8], "big")


def hash_of(symbol):
    return mix(mix(symbol >> 64) + symbol & ALL)


def cells_of(symbol, count):
    """The numbers of the cells that the symbol is in, below count."""
    s, i = hash_of(symbol), 0
    while i < count:
        yield i
        s = s + 0x9E3779B97F4A7C15 & ALL
        u = ((mix(s) >> 32) + 1) / 2**32
        i = math.floor(math.sqrt((i + 1) * (i + 2) / u + 0.25) - 1.5) + 1


def add(cells, symbol, sign):
    for i in cells_of(symbol, len(cells)):
        cells[i][0] ^= symbol
        cells[i][1] ^= hash_of(symbol) & 0xFFFFFFFF
        cells[i][2] += sign


def expected(n, i):
    return 2 * n // (i + 2)


def open_question(records):
    cells = [[0, 0, 0] for _ in range(17)]
    for id, data in records.items():
        add(cells, symbol(id, data), 1)
    n = len(records)
    counts = [cells[i][2] - expected(n, i) for i in range(1, 17)]
    head = b"\2" + root(records) + put_number(n)
    return head + b"".join(map(put_signed, counts))


def cells_question(of, first, length):
    return b"\3" + of + put_number(first) + put_number(length)


def read_cells(reader, first=0):
    n, length = reader.number(), reader.number()
    if first == 0 and length:
        reader.bytes(16)  # the sums, which this client can do without
    cells = []
    for i in range(first, first + length):
        value, check = reader.fixed(16), reader.fixed(4)
        cells.append([value, check, reader.signed() + expected(n, i)])
    return cells


def differences(cells, records):
    """The symbols that only they have, and that only we have; None: more
    cells are needed."""
    cells = [list(cell) for cell in cells]
    theirs, ours = set(), set()
    for id, data in records.items():
        add(cells, symbol(id, data), -1)
    pure = True
    while pure:
        pure = [
            (value, sign)
            for i, (value, check, sign) in enumerate(cells)
            if abs(sign) == 1
            and hash_of(value) & 0xFFFFFFFF == check
            and i in cells_of(value, i + 1)
        ]
        for value, sign in set(pure):
            (theirs if sign > 0 else ours).add(value)
            add(cells, value, -sign)
    return None if any(cell != [0, 0, 0] for cell in cells) else (theirs, ours)


def nodes_question(of, paths):
    packed = [
        bytes([len(p)]) + bytes.fromhex(p + "0" * (len(p) % 2)) for p in paths
    ]
    return b"\4" + of + b"\x14" + b"".join(packed)


def read_node(reader):
    """Symbols, if it is a leaf; else digests by the digits that lead there."""
    if reader.fixed(1) == 0:
        return [reader.fixed(16) for _ in range(reader.number())], None
    leaves, others = reader.fixed(2), reader.fixed(2)
    digests = {}
    for d in range(16):
        if leaves >> d & 1:
            digests["%x" % d] = reader.bytes(20)
        elif others >> d & 1:
            below = reader.fixed(2)
            for e in range(16):
                if below >> e & 1:
                    digests["%x%x" % (d, e)] = reader.bytes(20)
    return None, digests


def ids_question(symbols):
    hashes = [(symbol >> 64).to_bytes(8, "big") for symbol in symbols]
    return b"\5" + put_number(len(hashes)) + b"".join(hashes)


def read_ids(reader):
    ids = []
    while reader.at < len(reader.data):
        ids += [reader.text() for _ in range(reader.number())]
    return ids


async def descend(ask, records):
    """Symbols that only they have, and only we have, by tries; 'ask' sends a
    question and gives a Reader of its answer."""
    of = (await ask(b"\1")).bytes(20)
    nodes, paths, theirs = trie(records), [""], set()
    where = {}
    while paths:
        reader = await ask(nodes_question(of, paths))
        deeper = []
        for path in paths:
            symbols, digests = read_node(reader)
            theirs.update(symbols or [])
            for digits, digest in (digests or {}).items():
                if nodes.get(path + digits) != digest:
                    deeper.append(path + digits)
            where[path] = digests
        paths = deeper
    # What we have below the nodes that were looked at, and they have not.
    equal = [
        path + digits
        for path, digests in where.items()
        for digits, digest in (digests or {}).items()
        if path + digits not in where
    ]
    ours = {
        symbol(id, data)
        for id, data in records.items()
        if not any(
            hashlib.sha1(id.encode()).hexdigest().startswith(p) for p in equal
        )
    }
    return theirs - ours, ours - theirs
