"""Clients that no daemon deserves, over raw HTTP/2 so that no library keeps them from misbehaving.

Usage: hostile.py KIND HOST PORT [COUNT]. Prints "ready" once it misbehaves and goes on until its standard input ends.

  deaf    opens a LOSSLESS stream, sends COUNT frames and never reads
  deaf-live  the same under LIVE
  slow    opens a stream, sends half a frame, and then a byte a second
  crowd   begins COUNT calls, a hundred a connection, and opens none
  streams  the same, and opens them all
"""

import socket
import struct
import sys
import threading

WIDTH, HEIGHT = 64, 48
LOSSLESS, LIVE = 2, 1
DATA, HEADERS, SETTINGS = 0, 1, 4
END_HEADERS = 4
MAX_DATA = 16384


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def open_message(delivery):
    layout = field(1, 1) + field(2, WIDTH) + field(3, HEIGHT)
    return field(1, field(1, b"hostile") + field(2, layout) + field(4, delivery) + field(8, 2))


def frame_message(sequence):
    return field(2, field(1, sequence) + field(3, bytes([38, 254, 7]) * (WIDTH * HEIGHT)))


def grpc_message(message):
    return b"\0" + struct.pack(">I", len(message)) + message


def http2_frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def text(value):
    return bytes([len(value)]) + value


def request_headers():
    # RFC 7541: POST and http from the static table, the rest as literals that are not indexed.
    return (b"\x83\x86" + b"\x04" + text(b"/edgerestore.v1.RestoreService/Restore") + b"\x01" + text(b"daemon")
            + b"\x0f\x10" + text(b"application/grpc") + b"\x00" + text(b"te") + text(b"trailers"))


def connect(host, port):
    connection = socket.create_connection((host, int(port)))
    connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2_frame(SETTINGS, 0, 0, b""))
    return connection


def begin(connection, stream):
    connection.sendall(http2_frame(HEADERS, END_HEADERS, stream, request_headers()))


def send(connection, stream, data):
    for start in range(0, len(data), MAX_DATA):
        connection.sendall(http2_frame(DATA, 0, stream, data[start:start + MAX_DATA]))


def misbehave(kind, host, port, count):
    if kind in ("crowd", "streams"):
        connections = [connect(host, port) for _ in range((count + 99) // 100)]
        for number in range(count):
            connection, stream = connections[number // 100], number % 100 * 2 + 1
            begin(connection, stream)
            if kind == "streams":
                send(connection, stream, grpc_message(open_message(LOSSLESS)))
        return connections
    connection = connect(host, port)
    begin(connection, 1)
    send(connection, 1, grpc_message(open_message(LIVE if kind == "deaf-live" else LOSSLESS)))
    if kind == "slow":
        message = grpc_message(frame_message(1))
        send(connection, 1, message[:len(message) // 2])
        tick = threading.Event()

        def drip():
            for byte in message[len(message) // 2:]:
                send(connection, 1, bytes([byte]))
                tick.wait(1)

        threading.Thread(target=drip, daemon=True).start()
    else:
        for sequence in range(1, count + 1):
            send(connection, 1, grpc_message(frame_message(sequence)))
    return [connection]


def main(kind, host, port, count="60"):
    held = misbehave(kind, host, port, int(count))
    print("ready", flush=True)
    sys.stdin.read()
    del held


if __name__ == "__main__":
    main(*sys.argv[1:])
