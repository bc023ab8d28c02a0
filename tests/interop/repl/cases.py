# What the client of this folder is to get from weftd: cases.py CASE URL TOKEN.
# The server has the models Note, for who has the role reader, and Tag, for all.
import asyncio
import json
import random
import subprocess
import sys

import reconcile
import wire
from client import Client, Failure
from records import Copy
from wire import revision

URL, TOKEN = sys.argv[2:4]


def weft(*arguments):
    """As another program, on the server's data."""
    subprocess.run(["weft", *arguments], check=True, stdout=subprocess.DEVNULL)


def guest(node, **more):
    return Client(URL, node, more.pop("token", TOKEN), **more)


async def fails(code, coroutine):
    try:
        await coroutine
    except Failure as failure:
        assert failure.code == code, failure.code
        return failure
    raise AssertionError(f"no {code}")


async def sync(client, model, copy, **more):
    stream = await client.open(model, copy, **more)
    await client.until(lambda: stream.is_caught)
    return stream


async def canonical():
    with open(sys.argv[4], encoding="utf-8", newline="\n") as lines:
        for line in lines:
            text, expected, rev = line.rstrip("\n").split("\t")
            data = json.loads(text)
            assert wire.canonical(data) == expected and revision(data) in (
                rev, None), text


async def enter(client):
    async with client:
        return client.welcome


async def auth():
    for way in "header", "subprotocol", "auth":
        welcome = await enter(guest("a", way=way))
        assert welcome["user"] == "1" and welcome["expires"] > 1e12
        wrong = enter(guest("a", token="no", way=way))
        failure = await fails("unauthorized", wrong)
        assert failure.close_code == 4401 and not failure.retry
    async with guest("a") as client:
        await client.say(t="auth", token=TOKEN)
        await client.expect("welcome")
    async with guest("a", token=None) as nobody:
        assert "user" not in nobody.welcome
        answer = await nobody.request("models")
        assert [m["model"] for m in answer["models"]] == ["Tag"]
        await fails("forbidden", nobody.open("Note", Copy()))


async def first():
    for binary in False, True:
        notes, tags = Copy(), Copy()
        async with guest("b", binary=binary) as client:
            models = (await client.request("models"))["models"]
            assert {(m["model"], m["id"]) for m in models} == {
                ("Note", "id"), ("Tag", "id")}
            both = [("Note", notes), ("Tag", tags)]
            streams = [await client.open(m, c, root=True) for m, c in both]
            assert streams[0].left[0] == 700
            await client.until(lambda: all(s.is_caught for s in streams))
        assert len(notes.live()) == 700 and len(tags.live()) == 1
        for (_, copy), stream in zip(both, streams):
            assert stream.root == reconcile.root(copy.live()).hex()
            assert all(r.rev == revision(r.data) for r in copy.records.values())


async def live():
    for binary in False, True:
        notes = Copy()
        async with guest("c", binary=binary) as client:
            stream = await sync(client, "Note", notes)
            before = stream.updates
            weft("put", "A:Note", '{"id":"live","text":"%s"}' % binary)
            await client.until(lambda: stream.updates > before)
            assert notes.records["live"].data["text"] == str(binary)
            weft("rm", "A:Note", "live")
            await client.until(lambda: notes.records["live"].data is None)


async def push():
    for binary in False, True:
        mine, others = Copy(), Copy()
        id = f"p{binary}"
        async with guest("d", binary=binary) as a, guest("e") as b:
            await sync(a, "Note", mine)
            await sync(b, "Note", others)
            mine.edit(id, {"id": id, "text": "1", "size": 1e-7})
            tags = Copy()
            tags.edit("t", {"id": "t", "label": str(binary)})
            answer = await a.push(("Note", mine), ("Tag", tags))
            assert answer["applied"] >= 1
            await b.until(lambda: id in others.records)
            # The answer was lost: the same is pushed again.
            mine.records[id].base = "unknown"
            assert (await a.push(("Note", mine)))["unchanged"] == 1
            mine.edit(id, None)
            assert (await a.push(("Note", mine)))["applied"] == 1
            await b.until(lambda: others.records[id].data is None)


async def conflict():
    mine, theirs = Copy(), Copy()
    async with guest("f") as a, guest("g", binary=True) as b:
        await sync(a, "Note", mine)
        await sync(b, "Note", theirs)
        for id in "x", "y":
            mine.edit(id, {"id": id, "text": "first"})
        await a.push(("Note", mine))
        await b.until(lambda: "y" in theirs.records)
        for copy, text in (mine, "mine"), (theirs, "theirs"):
            for id in "x", "y":
                copy.edit(id, {"id": id, "text": text})
        assert (await a.push(("Note", mine)))["applied"] == 2
        await b.push(("Note", theirs))
        assert sorted(theirs.conflicts()) == ["x", "y"]
        update = theirs.records["x"].theirs
        assert update["data"]["text"] == "mine"
        theirs.resolve("x", {"id": "x", "text": "both"})
        theirs.resolve("y", theirs.records["y"].theirs["data"])
        assert (await b.push(("Note", theirs)))["applied"] == 1
        await a.until(lambda: mine.records["x"].data["text"] == "both")
        assert mine.records["y"].data["text"] == "mine"
        assert not mine.conflicts()


async def settle(client, copy, found):
    """Gets what differs, and pushes what only we have."""
    theirs, _ = found
    ids = reconcile.read_ids(
        await client.ask("Note", reconcile.ids_question(theirs)))
    await client.get("Note", copy, ids)
    await client.push(("Note", copy))
    answer = await client.ask("Note", b"\1")
    assert answer.bytes(20) == reconcile.root(copy.live())


def stray(copy, text):
    """What a copy looks like that has missed a few writes."""
    live = [i for i, r in copy.records.items() if r.data is not None]
    for id in live[:3]:
        del copy.records[id]
    copy.edit(text, {"id": text, "text": text})


async def sketch():
    for binary in False, True:
        copy = Copy()
        async with guest("h", binary=binary) as client:
            await sync(client, "Note", copy, live=False)
            stray(copy, f"sketch {binary}")
            await sync(client, "Note", copy, position="now")
            reader = await client.ask(
                "Note", reconcile.open_question(copy.live()))
            of = reader.bytes(20)
            cells, found = reconcile.read_cells(reader), None
            while not (found := reconcile.differences(cells, copy.live())):
                question = reconcile.cells_question(of, len(cells), 8)
                reader = await client.ask("Note", question)
                cells += reconcile.read_cells(reader, len(cells))
            assert [len(symbols) for symbols in found] == [3, 1]
            await settle(client, copy, found)


async def descend():
    copy = Copy()
    async with guest("i") as client:
        await sync(client, "Note", copy, live=False)
        stray(copy, "descent")
        await sync(client, "Note", copy, position="now")
        found = await reconcile.descend(
            lambda question: client.ask("Note", question), copy.live())
        assert [len(symbols) for symbols in found] == [3, 1]
        await settle(client, copy, found)


async def resume():
    copy = Copy()
    async with guest("j") as client:
        await sync(client, "Note", copy)
    weft("put", "A:Note", '{"id":"n1","text":"meanwhile"}')
    async with guest("j") as client:
        stream = await sync(client, "Note", copy)
        assert stream.updates == 1
        assert copy.records["n1"].data["text"] == "meanwhile"
        answer = await client.open("Tag", Copy(), position=copy.position)
        assert answer["reason"] == "other"
        answer = await client.open("Tag", Copy(), position="nonsense")
        assert answer["t"] == "reset" and answer["reason"] == "bad"


async def progress():
    """What is left falls to nothing."""
    async with guest("k") as client:
        left = (await sync(client, "Note", Copy())).left
    assert left[0] >= 700 and left[-1] == 0 and len(left) > 2
    assert left == sorted(left, reverse=True)


async def advice():
    copy = Copy()
    async with guest("l") as client:
        await fails("notFound", client.open("None", copy))
        await sync(client, "Note", copy)
        await fails("invalid", client.open("Note", copy))
        copy.edit("busy", {"id": "busy"})
        with subprocess.Popen(
            ["sqlite3", "A/db.sqlite"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        ) as other:
            other.stdin.write("BEGIN IMMEDIATE; SELECT 'locked';\n")
            other.stdin.flush()
            other.stdout.readline()
            failure = await fails("busy", client.push(("Note", copy)))
            assert failure.retry
            other.stdin.write("ROLLBACK;\n")
        assert (await client.push(("Note", copy)))["applied"] == 1


async def rights():
    """Another program takes the role: the stream ends by itself."""
    async with guest("m") as client:
        notes, tags = Copy(), Copy()
        stream = await sync(client, "Note", notes)
        await sync(client, "Tag", tags)
        weft("user", "role", "A", "ann", "reader", "--remove")
        await client.until(lambda: stream.error)
        assert stream.error["code"] == "forbidden"
        await fails("forbidden", client.get("Note", notes, ["n1"]))
        await client.say(t="ping", d="still here")
        assert (await client.expect("pong"))["d"] == "still here"


async def goaway():
    """Until the server ends; then as soon as it is to be back."""
    copy = Copy()
    async with guest("n") as client:
        await sync(client, "Note", copy)
        print("ready", flush=True)
        try:
            await client.until(lambda: False)
        except Failure as failure:
            assert failure.close_code == 1012, failure
        assert client.goaway["reason"] == "restart"
    wait_s, most_s = client.goaway["after"] / 1000, 1
    while True:
        await asyncio.sleep(wait_s)
        try:
            async with guest("n") as client:
                stream = await sync(client, "Note", copy)
                assert stream.updates == 1
                return
        except OSError:  # it is not back yet
            wait_s, most_s = random.random() * most_s, min(2 * most_s, 60)


asyncio.run(globals()[sys.argv[1]]())
