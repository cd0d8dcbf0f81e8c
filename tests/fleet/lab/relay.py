# SPDX-License-Identifier: Apache-2.0
"""Relays between the hosts and a member: they delay bytes, or read the requests and change the replies."""
import asyncio
import re
import ssl
import threading
from email.utils import formatdate, parsedate_to_datetime

HELD = 60  # seconds, longer than any call
DATE = re.compile(rb"\r\nDate: [^\r]*\r\n", re.IGNORECASE)


class Relay:
    """Listens on an address of the lab, port 2379, and serves each connection in a thread of its own event loop."""

    def __init__(self, address, member):
        self.address, self.member = address, member
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = self.call(asyncio.start_server(self.serve_safely, address, 2379, ssl=self.server_context(), backlog=512))

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def server_context(self):
        return None

    def client_context(self):
        return None

    async def connect(self):
        return await asyncio.open_connection(self.member.address, 2379, ssl=self.client_context())

    async def serve_safely(self, reader, writer):
        try:
            await self.serve(reader, writer)
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def end(self):
        self.call(self.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()

    async def close(self):
        self.server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)


class SlowRelay(Relay):
    """Delays each piece by so many seconds, each way."""

    def __init__(self, address, member, delay):
        self.delay = delay
        super().__init__(address, member)

    async def serve(self, reader, writer):
        await asyncio.sleep(self.delay)  # for the handshake of TCP
        upstream_reader, upstream_writer = await self.connect()
        pumps = [asyncio.create_task(self.pump(reader, upstream_writer)),
                 asyncio.create_task(self.pump(upstream_reader, writer))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED, timeout=60)
        for pump in pumps:
            pump.cancel()
        upstream_writer.close()

    async def pump(self, reader, writer):
        while piece := await reader.read(65536):
            self.loop.call_later(self.delay, writer.write, piece)
        await asyncio.sleep(self.delay)


class ReadingRelay(Relay):
    """Ends TLS with the member's certificate, so that it can read and change what passes."""

    def __init__(self, address, member):
        self.certificates = member.cluster.certificates
        self.connections, self.requests = 0, []
        super().__init__(address, member)

    def server_context(self):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificates / f"{self.member.name}.pem", self.certificates / f"{self.member.name}.key")
        return context

    def client_context(self):
        context = ssl.create_default_context(cafile=self.certificates / "ca.pem")
        context.load_cert_chain(self.certificates / "lab.pem", self.certificates / "lab.key")
        return context

    async def serve(self, reader, writer):
        self.connections += 1
        upstream_reader, upstream_writer = await self.connect()
        replies = asyncio.create_task(self.pass_replies(upstream_reader, writer))
        try:
            while not replies.done():
                head, body = await asyncio.wait_for(read_request(reader), 30)
                path = head.split(b" ", 2)[1].decode()
                self.requests.append(path)
                if await self.answer(path, body, writer):
                    continue
                upstream_writer.write(head + body)
                await upstream_writer.drain()
        finally:
            replies.cancel()
            upstream_writer.close()

    async def pass_replies(self, reader, writer):
        while piece := await reader.read(65536):
            writer.write(self.change(piece))
            await writer.drain()
        writer.close()

    async def answer(self, _path, _body, _writer):
        """True if it has answered in place of the member."""
        return False

    def change(self, piece):
        return piece


async def read_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"\r\nContent-Length: *(\d+)", head, re.IGNORECASE)
    if length:
        return head, await reader.readexactly(int(length[1]))
    body = b""
    if re.search(rb"\r\nTransfer-Encoding: *chunked", head, re.IGNORECASE):
        while not body.endswith(b"0\r\n\r\n"):
            body += await reader.readuntil(b"\r\n")
    return head, body


class HoldingRelay(ReadingRelay):
    """Holds one request, or its reply: the first one of the path, or a later one."""

    def __init__(self, address, member, path, number=1, after=False):
        self.path, self.number, self.after = path, number, after
        self.is_reached, self.is_holding = threading.Event(), False
        super().__init__(address, member)

    async def answer(self, path, _body, _writer):
        if path != self.path or self.requests.count(path) != self.number:
            return False
        if self.after:
            self.is_holding = True
            return False
        await self.hold()
        return True

    async def pass_replies(self, reader, writer):
        while piece := await reader.read(65536):
            if self.is_holding:
                await self.hold()
            writer.write(piece)
            await writer.drain()
        writer.close()

    async def hold(self):
        self.is_reached.set()
        await asyncio.sleep(HELD)


class DateRelay(ReadingRelay):
    """The member's clock is wrong by so many seconds, as far as hosts can see."""

    def __init__(self, address, member, shift):
        self.shift = shift
        super().__init__(address, member)

    def change(self, piece):
        return DATE.sub(lambda found: shift_date(found[0], self.shift), piece)


def shift_date(line, shift):
    then = parsedate_to_datetime(line.decode().strip()[len("Date: "):]).timestamp() + shift
    return b"\r\nDate: " + formatdate(then, usegmt=True).encode() + b"\r\n"
