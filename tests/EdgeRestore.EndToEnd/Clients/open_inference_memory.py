"""Infers through system shared memory, reads statistics and asks for loading, with grpcio and code generated from proto/.

Usage: open_inference_memory.py HOST:PORT NAME, with the generated modules on PYTHONPATH; NAME is that of the file in
/dev/shm. Prints one line a fact.
"""

import mmap
import os
import sys

import grpc

from inference import grpc_service_pb2 as pb
from inference import grpc_service_pb2_grpc as service

WIDTH, HEIGHT, TIMEOUT_S = 64, 48, 60
LENGTH = WIDTH * HEIGHT * 3
INPUT_OFFSET, OUTPUT_OFFSET, SIZE = 4096, 4096 + LENGTH, 4096 + LENGTH + 2 * LENGTH


def place(parameters, region, length, offset=0):
    parameters["shared_memory_region"].string_param = region
    parameters["shared_memory_byte_size"].int64_param = length
    if offset:
        parameters["shared_memory_offset"].int64_param = offset


def request(model, length=LENGTH, offset=0, room=LENGTH, region="in"):
    message = pb.ModelInferRequest(model_name=model, id="7")
    tensor = message.inputs.add(name="frame", datatype="UINT8", shape=[1, HEIGHT, WIDTH, 3])
    place(tensor.parameters, region, length, offset)
    place(message.outputs.add(name="restored").parameters, "out", room, 100)
    message.outputs.add(name="route")
    return message


def main(address, name):
    channel = grpc.insecure_channel(address)
    stub = service.GRPCInferenceServiceStub(channel)
    ask = lambda method, message: getattr(stub, method)(message, timeout=TIMEOUT_S)

    def code(method, message):
        try:
            ask(method, message)
        except grpc.RpcError as error:
            return error.code().name
        return "OK"

    def register(name, key, offset, byte_size):
        return code("SystemSharedMemoryRegister", pb.SystemSharedMemoryRegisterRequest(
            name=name, key=key, offset=offset, byte_size=byte_size))

    print("extensions", *sorted(ask("ServerMetadata", pb.ServerMetadataRequest()).extensions))
    # As perf_analyzer begins and ends.
    print("tidy", code("SystemSharedMemoryUnregister", pb.SystemSharedMemoryUnregisterRequest()),
          code("CudaSharedMemoryUnregister", pb.CudaSharedMemoryUnregisterRequest()))
    file = os.open(f"/dev/shm/{name}", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.ftruncate(file, SIZE)
        memory = mmap.mmap(file, SIZE)
        memory[INPUT_OFFSET:INPUT_OFFSET + LENGTH] = bytes([38, 254, 5]) * (WIDTH * HEIGHT)
        print("register", register("in", f"/{name}", INPUT_OFFSET, LENGTH),
              register("out", name, OUTPUT_OFFSET, 2 * LENGTH), register("in", f"/{name}", 0, 10))
        regions = ask("SystemSharedMemoryStatus", pb.SystemSharedMemoryStatusRequest()).regions
        print("status", *(f"{key}:{regions[key].key == '/' + name}:{regions[key].offset}+{regions[key].byte_size}"
                          for key in sorted(regions)))

        reply = ask("ModelInfer", request("restore"))
        told = reply.outputs[0].parameters
        print("infer", [len(raw) for raw in reply.raw_output_contents], list(reply.outputs[0].shape),
              told["shared_memory_region"].string_param, told["shared_memory_byte_size"].int64_param,
              told["shared_memory_offset"].int64_param)
        begin = OUTPUT_OFFSET + 100
        print("pixels", memory[begin - 1], memory[begin + 2], memory[begin + LENGTH - 1], memory[begin + LENGTH])

        print("refused", register("up", "../etc/passwd", 0, 1), register("deep", "a/b", 0, 1), register("", name, 0, 1),
              register("none", f"{name}-none", 0, 1), register("long", name, 0, SIZE + 1),
              register("wrap", name, 2**64 - 1, 2), register("empty", name, 0, 0))
        print("places", code("ModelInfer", request("restore", region="nobody's")),
              code("ModelInfer", request("restore", offset=1)), code("ModelInfer", request("restore", offset=-1)),
              code("ModelInfer", request("restore", length=LENGTH - 1)),
              code("ModelInfer", request("restore", room=LENGTH - 1)), code("ModelInfer", request("restore", length=2**62)))

        # Its owner cuts it off under the daemon, which tells and lives.
        os.ftruncate(file, INPUT_OFFSET + 10)
        print("short", code("ModelInfer", request("restore")))
        os.ftruncate(file, OUTPUT_OFFSET)
        print("short", code("ModelInfer", request("restore")), os.fstat(file).st_size == OUTPUT_OFFSET)
        os.ftruncate(file, SIZE)
        print("whole", code("ModelInfer", request("restore-rain")))

        code("SystemSharedMemoryUnregister", pb.SystemSharedMemoryUnregisterRequest(name="in"))
        left = ask("SystemSharedMemoryStatus", pb.SystemSharedMemoryStatusRequest()).regions
        print("left", *left, code("SystemSharedMemoryStatus", pb.SystemSharedMemoryStatusRequest(name="in")),
              code("ModelInfer", request("restore")))
    finally:
        os.unlink(f"/dev/shm/{name}")

    for model in ("restore", "restore-rain", "classify"):
        found = ask("ModelStatistics", pb.ModelStatisticsRequest(name=model)).model_stats[0]
        stats = found.inference_stats
        took = stats.queue.ns + stats.compute_input.ns + stats.compute_infer.ns + stats.compute_output.ns
        print("statistics", found.name, found.inference_count, found.execution_count, stats.success.count, stats.fail.count,
              stats.compute_infer.count, found.batch_stats[0].compute_infer.count,
              stats.success.ns >= took > 0, found.last_inference > 0)
    print("all", len(ask("ModelStatistics", pb.ModelStatisticsRequest()).model_stats),
          code("ModelStatistics", pb.ModelStatisticsRequest(name="no-such")))

    load = lambda **fields: code("RepositoryModelLoad", pb.RepositoryModelLoadRequest(**fields))
    configured = pb.RepositoryModelLoadRequest(model_name="restore")
    configured.parameters["config"].string_param = "{}"
    print("load", load(model_name="restore"), load(model_name="no-such"), load(model_name="test/2.0.0"),
          load(model_name="restore", repository_name="r"), code("RepositoryModelLoad", configured),
          code("RepositoryModelUnload", pb.RepositoryModelUnloadRequest(model_name="restore")))
    channel.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
