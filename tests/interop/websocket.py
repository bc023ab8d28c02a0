# The ends of WebSockets of Debian's python3-websockets, as websocket.js has
# those of npm's packages: "serve [deflate]", "talk PORT [deflate]".
import asyncio
import sys

import websockets

DEFLATE = "deflate" if "deflate" in sys.argv else None
SIZES = [0, 1, 125, 126, 127, 4096, 65535, 65536, 131073, 1000000]


async def echo(socket, path=None):
    async for message in socket:
        if message == "close":
            await socket.close(4001)
            return
        await socket.send(message)


async def serve():
    async with websockets.serve(
        echo, "127.0.0.1", 0, compression=DEFLATE
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(
            None, sys.stdin.read
        )


async def talk(port):
    uri = f"ws://127.0.0.1:{port}/"
    async with websockets.connect(uri, compression=DEFLATE) as socket:
        assert bool(socket.extensions) == bool(DEFLATE)
        for size in SIZES:
            text = "\u00e9" * (size // 2) + "x" * (size % 2)
            data = bytes(i * i % 256 for i in range(size))
            await socket.send(text)
            await socket.send([data[: size // 3], data[size // 3 :]])
            assert await socket.recv() == text
            assert await socket.recv() == data
        await (await socket.ping())
        await socket.close(1000)
        assert socket.close_code == 1000


asyncio.run(serve() if sys.argv[1] == "serve" else talk(sys.argv[2]))
