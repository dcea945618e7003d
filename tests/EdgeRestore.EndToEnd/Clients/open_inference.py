"""Infers over the Open Inference Protocol with grpcio and code generated from proto/, as Triton's clients would.

Usage: open_inference.py HOST:PORT IMAGE.jpg, with the generated modules on PYTHONPATH. Prints one line a fact.
"""

import struct
import sys

import grpc

from inference import grpc_service_pb2 as pb
from inference import grpc_service_pb2_grpc as service

WIDTH, HEIGHT, TIMEOUT_S = 64, 48, 60


def pixels(blue):
    # What the test package's classifier takes for noise.
    return bytes([38, 254, blue]) * (WIDTH * HEIGHT)


def request(model, raw, shape, datatype="UINT8", outputs=(), **parameters):
    message = pb.ModelInferRequest(model_name=model, id="7", raw_input_contents=[raw])
    message.inputs.add(name="frame", datatype=datatype, shape=shape)
    for name in outputs:
        message.outputs.add(name=name)
    for name, value in parameters.items():
        field = {str: "string_param", int: "int64_param", float: "double_param", bool: "bool_param"}[type(value)]
        setattr(message.parameters[name], field, value)
    return message


def elements(raw):
    """BYTES in raw form: each behind four bytes of length."""
    found = []
    while raw:
        (length,) = struct.unpack_from("<I", raw)
        found.append(raw[4:4 + length])
        raw = raw[4 + length:]
    return found


def show(title, response):
    # As Triton's C++ client does: the raw content of every output, by its index.
    facts = []
    for index, output in enumerate(response.outputs):
        raw = response.raw_output_contents[index]
        if output.datatype == "BYTES":
            values = [item.decode() if output.name == "route" else item[:4].hex() for item in elements(raw)]
        elif output.datatype == "FP32":
            values = [round(value, 2) for (value,) in struct.iter_unpack("<f", raw)]
        elif output.datatype == "BOOL":
            values = list(raw)
        else:
            values = [raw[2], len(raw)]
        facts.append(f"{output.name}:{output.datatype}{list(output.shape)}={values}")
    assert len(response.outputs) == len(response.raw_output_contents)
    print(title, response.model_name, response.id, " ".join(facts))


def refused(stub, message):
    try:
        stub.ModelInfer(message, timeout=TIMEOUT_S)
    except grpc.RpcError as error:
        return error.code().name
    return "nothing"


def main(address, image_path):
    with open(image_path, "rb") as file:
        image = file.read()
    with grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)]) as channel:
        stub = service.GRPCInferenceServiceStub(channel)
        # The order in which DeepStream's nvinferserver starts: live, ready, model ready, configuration.
        print("live", stub.ServerLive(pb.ServerLiveRequest(), timeout=TIMEOUT_S).live,
              "ready", stub.ServerReady(pb.ServerReadyRequest(), timeout=TIMEOUT_S).ready,
              "model", stub.ModelReady(pb.ModelReadyRequest(name="restore"), timeout=TIMEOUT_S).ready)
        config = stub.ModelConfig(pb.ModelConfigRequest(name="restore-noise"), timeout=TIMEOUT_S).config
        print("config", config.name, config.max_batch_size, config.input[0].name, config.input[0].data_type,
              config.input[0].format, list(config.input[0].dims), [output.name for output in config.output])
        metadata = stub.ModelMetadata(pb.ModelMetadataRequest(name="classify"), timeout=TIMEOUT_S)
        print("metadata", metadata.name, metadata.inputs[0].datatype, list(metadata.inputs[0].shape),
              [output.name for output in metadata.outputs])
        index = stub.RepositoryIndex(pb.RepositoryIndexRequest(ready=True), timeout=TIMEOUT_S)
        print("index", len(index.models), sorted(model.name for model in index.models)[:2], index.models[0].state)

        shape = [1, HEIGHT, WIDTH, 3]
        infer = lambda message: stub.ModelInfer(message, timeout=TIMEOUT_S)
        show("auto", infer(request("restore", pixels(5), shape)))
        show("fixed", infer(request("restore-rain", pixels(5), [HEIGHT, WIDTH, 3], outputs=["restored"])))
        show("batch", infer(request("restore-noise", pixels(1) + pixels(2), [2, HEIGHT, WIDTH, 3])))
        show("image", infer(request(
            "restore-noise", struct.pack("<I", len(image)) + image, [1], "BYTES", outputs=["restored"])))
        show("codec", infer(request(
            "restore-noise", pixels(5), shape, outputs=["restored"], codec="png", strength=1.0)))
        show("class", infer(request("classify", pixels(5), shape)))
        typed = request("restore-noise", b"", shape, outputs=["restored"])
        del typed.raw_input_contents[:]
        typed.inputs[0].contents.uint_contents.extend(pixels(9))
        show("typed", infer(typed))

        answers = stub.ModelStreamInfer(iter([
            request("restore", pixels(1), shape, outputs=["route"], triton_enable_empty_final_response=True),
            request("restore", b"short", shape),
            request("restore-rain", pixels(3), shape, outputs=["restored"]),
        ]), timeout=TIMEOUT_S)
        for answer in answers:
            assert answer.infer_response.parameters["triton_final_response"].bool_param
            if answer.error_message:
                print("stream error", answer.infer_response.id, answer.error_message.split(";")[0])
            else:
                show("stream", answer.infer_response)

        mixed = request("restore", pixels(1), shape)
        mixed.inputs[0].contents.uint_contents.append(1)
        print("refused",
              refused(stub, request("no-such", pixels(1), shape)),
              refused(stub, mixed),
              refused(stub, request("restore", pixels(1), shape, triton_surprise=True)),
              refused(stub, request("restore", pixels(1), shape, outputs=["nothing"])),
              refused(stub, request("restore", b"", [1, 1 << 40, 1 << 40, 3])),
              refused(stub, request("restore", b"\xff\xff\xff\xff", [1], "BYTES")),
              refused(stub, request("restore", pixels(1), shape, strength=2.0)))


if __name__ == "__main__":
    main(*sys.argv[1:])
