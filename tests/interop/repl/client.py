# A client of weft.repl.v1, made from docs/protocols/weft-repl-v1.md.
import asyncio
import base64
import hashlib
import json
import zlib

import websockets
from wire import Reader, canonical, put_number, put_text


class Failure(Exception):
    """The server's error, or the connection's end."""

    def __init__(self, error, close_code=None):
        super().__init__(error.get("text", ""), close_code)
        self.code, self.close_code = error.get("code"), close_code
        self.retry, self.after = error.get("retry", False), error.get("after")


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def read_rev(reader, kind):
    return reader.bytes(20).hex() if kind == 1 else reader.text()


def read_update(reader):
    bits = reader.fixed(1)
    update = {"id": reader.text(), "rev": None}
    if bits & 3:
        update["rev"] = read_rev(reader, bits & 3)
    if bits & 4:
        update["prev"] = None
    elif bits & 24:
        update["prev"] = read_rev(reader, bits >> 3 & 3)
    update["checkpoint"] = reader.number()
    update["generation"] = reader.number()
    if bits & 32:
        update["past"] = [update["prev"]] if bits & 64 else []
        for _ in range(reader.number()):
            kind = reader.fixed(1)
            update["past"].append(read_rev(reader, kind) if kind else None)
    if bits & 128:
        text = reader.bytes(reader.number())
        update["data"] = json.loads(text)
        if not bits & 3:
            update["rev"] = hashlib.sha1(text).hexdigest()
    return update


def read_updates(reader, is_packed):
    if is_packed:
        size = reader.number()
        reader = Reader(zlib.decompress(reader.rest(), -15, size))
    return [read_update(reader) for _ in range(reader.number())]


def read_binary(data):
    reader = Reader(data)
    kind, is_packed = reader.fixed(1), reader.fixed(1) & 1
    if kind == 1:
        message = {"t": "batch", "s": reader.number(),
                   "position": reader.text(), "left": reader.number()}
    else:
        message = {"t": {4: "answer", 5: "got"}[kind], "n": reader.number()}
    if kind == 4:
        message["answer"] = reader.rest()
    else:
        message["updates"] = read_updates(reader, is_packed)
    return message


def write_rev(rev):
    """Its kind and its bytes."""
    if rev is None:
        return 0, b""
    return (1, bytes.fromhex(rev)) if len(rev) == 40 else (2, put_text(rev))


def write_update(update):
    """Without rev: it is that of the data, or of none."""
    kind, prev = write_rev(update["prev"])
    past = [write_rev(rev) for rev in update["past"]]
    data = canonical(update["data"]) if "data" in update else None
    bits = 8 * kind if kind else 4
    bits |= 32 | (128 if data else 0)
    return b"".join(
        [bytes([bits]), put_text(update["id"]), prev, put_number(0)]
        + [put_number(update["generation"]), put_number(len(past))]
        + [bytes([kind]) + rev for kind, rev in past]
        + [put_text(data) if data else b""]
    )


def write_push(n, parts):
    """Parts are pairs of a model and its updates."""
    out = b"\2\0" + put_number(n) + put_number(0) + put_number(len(parts))
    for model, updates in parts:
        out += put_text(model) + put_number(len(updates))
        out += b"".join(map(write_update, updates))
    return out


class Stream:
    """What comes for one model, on its way into the client's copy."""

    def __init__(self, copy):
        self.copy, self.batches = copy, 0
        self.is_caught, self.root, self.error = False, None, None
        self.updates, self.left = 0, [0]  # as it was told, or guessed

    def take(self, message):
        if message["t"] == "closed":
            self.error = message.get("error")
            return
        for update in message.get("updates", []):
            self.copy.take(update)
            self.updates += 1
        # In a real client: in one transaction with the records.
        self.copy.position = message.get("position", self.copy.position)
        if message["t"] == "batch":
            self.batches += 1
            guess = max(self.left[-1] - len(message["updates"]), 0)
            self.left.append(message.get("left") or guess)
        else:
            self.is_caught = True
            self.left.append(0)
            self.root = message.get("root", self.root)


class Client:
    def __init__(self, url, node, token=None, way="auth", binary=False):
        self.url, self.node, self.token, self.way = url, node, token, way
        self.binary, self.n = binary, 0
        self.answers, self.opening, self.streams = {}, {}, {}
        self.goaway, self.failure = None, None

    async def __aenter__(self):
        protocols, headers = ["weft.repl.v1"], {}
        if self.way == "header":
            headers["Authorization"] = "Bearer " + self.token
        elif self.way == "subprotocol":
            protocols.append("bearer." + base64url(self.token.encode()))
        self.socket = await websockets.connect(
            self.url, subprotocols=protocols, extra_headers=headers,
            compression=None, max_size=None)
        assert self.socket.subprotocol == "weft.repl.v1"
        self.news = asyncio.Condition()
        self.listener = asyncio.create_task(self.listen())
        hello = self.expect("hello")
        welcome = self.expect("welcome")
        await self.say(t="hello", node=self.node, agent="example",
                       binary=self.binary, compress=["deflate"])
        if self.way == "auth":
            token = {"token": self.token} if self.token else {}
            await self.say(t="auth", **token)
        self.hello, self.welcome = await hello, await welcome
        return self

    async def __aexit__(self, *why):
        await self.socket.close()
        await self.listener

    async def say(self, **message):
        await self.socket.send(json.dumps(message))

    def expect(self, key):
        """The answer to a request's number, or the message of a type."""
        if self.failure:
            raise self.failure
        self.answers[key] = asyncio.get_running_loop().create_future()
        return self.answers[key]

    async def request(self, t, **members):
        self.n += 1
        answer = self.expect(self.n)
        await self.say(t=t, n=self.n, **members)
        return await answer

    async def request_binary(self, write):
        self.n += 1
        answer = self.expect(self.n)
        await self.socket.send(write(self.n))
        return await answer

    async def listen(self):
        error = {}
        try:
            async for data in self.socket:
                is_text = isinstance(data, str)
                message = json.loads(data) if is_text else read_binary(data)
                if message["t"] == "error" and not message.get("n"):
                    error = message
                await self.hear(message)
        except websockets.ConnectionClosed:
            pass
        self.failure = Failure(error, self.socket.close_code)
        for answer in self.answers.values():
            answer.set_exception(self.failure)
        async with self.news:
            self.news.notify_all()

    async def hear(self, message):
        t, n = message["t"], message.get("n")
        if t == "opened":
            self.begin(message)
        elif t in ("batch", "caught", "closed"):
            stream = self.streams[message["s"]]
            stream.take(message)
            if t == "batch":
                await self.say(t="ack", s=message["s"], batches=stream.batches)
        elif t == "goaway":
            self.goaway = message
        answer = self.answers.pop(n or t, None)
        if answer and t == "error":
            answer.set_exception(Failure(message))
        elif answer:
            answer.set_result(message)
        async with self.news:
            self.news.notify_all()

    async def until(self, holds):
        """Waits until something is so, or the connection has ended."""
        async with self.news:
            await self.news.wait_for(lambda: self.failure or holds())
        if not holds():
            raise self.failure

    def begin(self, opened):
        stream = self.opening.pop(opened["n"])
        self.streams[opened["s"]] = stream
        stream.copy.epoch = opened.get("epoch", stream.copy.epoch)
        stream.left = [opened.get("pending", 0)]
        if opened.get("caught"):
            stream.take({**opened, "t": "caught"})

    async def open(self, model, copy, **more):
        """The stream; or the message reset."""
        if copy.position and "position" not in more:
            more["position"] = copy.position
        stream = self.opening[self.n + 1] = Stream(copy)
        answer = await self.request("open", model=model, **more)
        return answer if answer["t"] == "reset" else stream

    async def push(self, *parts):
        """Pushes what was changed: pairs of a model and its copy."""
        parts = [(model, copy, copy.updates()) for model, copy in parts]
        sent = [(model, updates) for model, _, updates in parts]
        if self.binary:
            answer = await self.request_binary(lambda n: write_push(n, sent))
        else:
            answer = await self.request(
                "push", parts=[{"model": m, "updates": u} for m, u in sent])
        first = 0
        for _, copy, updates in parts:
            copy.pushed(updates, first, answer.get("others", []))
            first += len(updates)
        return answer

    async def get(self, model, copy, ids):
        got = await self.request("get", model=model, ids=ids)
        for update in got["updates"]:
            copy.take(update, is_answer=True)

    async def ask(self, model, question):
        """A Reader of the answer to a question of reconciliation."""
        if self.binary:
            answer = await self.request_binary(
                lambda n: b"\3\0" + put_number(n) + put_text(model) + question)
            return Reader(answer["answer"])
        answer = await self.request(
            "ask", model=model, question=base64url(question))
        text = answer["answer"]
        return Reader(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
