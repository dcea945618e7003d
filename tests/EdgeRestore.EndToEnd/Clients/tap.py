"""Takes two frames, one of each of two routes, of the streams of a daemon that was started with --allow-tap."""
import sys

import grpc
from edgerestore.v1 import restore_pb2, tap_pb2, tap_pb2_grpc

# A frame of 1920x1080 is larger than the 4 MB that grpcio takes unasked.
channel = grpc.insecure_channel(sys.argv[1], options=[("grpc.max_receive_message_length", -1)])
request = tap_pb2.TapFramesRequest(max_frames=2, max_frames_per_route=1)
replies = tap_pb2_grpc.TapServiceStub(channel).TapFrames(request, timeout=60)
frames = [reply.frame for reply in replies if reply.HasField("frame")]
routes = sorted(restore_pb2.Degradation.Name(frame.route).removeprefix("DEGRADATION_").lower() for frame in frames)
print(f"frames={len(frames)} routes={','.join(routes)} size={frames[0].width}x{frames[0].height} "
      f"bytes={len(frames[0].pixels)}")
