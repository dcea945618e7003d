"""Streams 100 frames through a daemon with grpcio and code generated from proto/, as a camera pipeline would.

Usage: client.py HOST:PORT, with the generated modules on PYTHONPATH. Prints one line.
"""

import sys

import grpc

from edgerestore.v1 import restore_pb2 as pb
from edgerestore.v1 import restore_pb2_grpc as restore


WIDTH, HEIGHT, FRAMES, TIMEOUT_S = 64, 48, 100, 60


def requests():
    yield pb.RestoreRequest(open=pb.OpenStream(
        stream_name="python",
        raw=pb.RawLayout(layout=pb.PIXEL_LAYOUT_RGB24, width=WIDTH, height=HEIGHT),
        delivery=pb.DELIVERY_LOSSLESS,
        fixed=pb.DEGRADATION_NOISE))
    for number in range(FRAMES):
        payload = bytes([38, 254, number]) * (WIDTH * HEIGHT)
        yield pb.RestoreRequest(frame=pb.FrameRequest(sequence=number + 1, timestamp_ns=number, payload=payload))


def check_health(channel):
    check = channel.unary_unary("/grpc.health.v1.Health/Check")
    # HealthCheckResponse { status = 1 }: SERVING is 1.
    return "SERVING" if check(b"", timeout=TIMEOUT_S) == b"\x08\x01" else "NOT_SERVING"


def refused(stub):
    try:
        list(stub.Restore(iter([pb.RestoreRequest(open=pb.OpenStream(stream_name="bad"))]), timeout=TIMEOUT_S))
    except grpc.RpcError as error:
        return error.code().name
    return "nothing"


def main(address):
    with grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)]) as channel:
        stub = restore.RestoreServiceStub(channel)
        frames, errors, blue = 0, 0, 0
        replies = stub.Restore(requests(), timeout=TIMEOUT_S)
        assert next(replies).opened.stream_name == "python"
        for reply in replies:
            if reply.WhichOneof("message") == "frame":
                frames += 1
                assert reply.frame.sequence == frames and reply.frame.timestamp_ns == frames - 1
                assert len(reply.frame.payload) == WIDTH * HEIGHT * 3
                blue += reply.frame.payload[2]
            else:
                errors += 1
        print(f"{check_health(channel)} frames={frames} errors={errors} blue={blue} refused={refused(stub)}")


if __name__ == "__main__":
    main(sys.argv[1])
