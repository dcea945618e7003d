using System.Buffers.Binary;
using System.Text;
using EdgeRestore.Daemon.Singles;
using EdgeRestore.Degradations;
using EdgeRestore.Protocol.Inference;
using Google.Protobuf;

namespace EdgeRestore.Daemon.OpenInference;

/// <summary>Replies as tensors: one raw content per output, always, since clients index them without looking.</summary>
internal static class InferenceOutputs
{
    /// <summary>The outputs that a request asks for; all of them when it names none.</summary>
    /// <exception cref="Grpc.Core.RpcException">It names one that there is not.</exception>
    public static IReadOnlyList<AskedOutput> Select(
        InferenceModel model,
        ModelInferRequest request,
        Func<ModelInferRequest.Types.InferRequestedOutputTensor, TensorPlace?> findPlace) =>
        request.Outputs.Count == 0 ? [.. model.Outputs.Select(output => new AskedOutput(output, null))] :
        [
            .. request.Outputs.Select(asked => new AskedOutput(
                model.Outputs.FirstOrDefault(output => output.Name == asked.Name) ?? throw InferenceInput.Fault(
                    $"Model '{model.Name}' has no output of a name that was asked for; it has "
                    + $"{string.Join(", ", model.Outputs.Select(output => output.Name))}. Ask for these."),
                findPlace(asked))),
        ];

    public static void Add(
        ModelInferResponse response,
        IReadOnlyList<AskedOutput> outputs,
        IReadOnlyList<SingleReply> replies,
        bool isEncoded,
        bool hasBatch)
    {
        foreach (var (output, place) in outputs)
        {
            var tensor = new ModelInferResponse.Types.InferOutputTensor
            {
                Name = output.Name,
                Datatype = output.Datatype,
                Shape = { replies.Count },
            };
            var content = Write(output.Name, replies, isEncoded);
            response.RawOutputContents.Add(
                place is null ? UnsafeByteOperations.UnsafeWrap(content) : Put(content, place, tensor));
            if (output.Name == InferenceModel.Restored)
            {
                Describe(tensor, replies[0], isEncoded, hasBatch);
            }

            response.Outputs.Add(tensor);
        }
    }

    /// <summary>Puts a result where the client wants it; what the message holds of it, which is nothing.</summary>
    private static ByteString Put(
        ReadOnlyMemory<byte> content, TensorPlace place, ModelInferResponse.Types.InferOutputTensor tensor)
    {
        if (content.Length > place.LengthBytes)
        {
            throw InferenceInput.Fault(
                $"shared memory size specified with the request for output '{tensor.Name}' ({place.LengthBytes} bytes) "
                + $"should be at least {content.Length} bytes to hold the results. Give it more.");
        }

        place.Region.Write(place.Offset, content);
        place.Describe(tensor.Parameters, content.Length);
        return ByteString.Empty;
    }

    private static void Describe(
        ModelInferResponse.Types.InferOutputTensor tensor, SingleReply first, bool isEncoded, bool hasBatch)
    {
        if (isEncoded)
        {
            tensor.Datatype = "BYTES";
            return;
        }

        if (!hasBatch)
        {
            tensor.Shape.Clear();
        }

        tensor.Shape.Add([first.Height, first.Width, 3]);
    }

    private static ReadOnlyMemory<byte> Write(string name, IReadOnlyList<SingleReply> replies, bool isEncoded) =>
        name switch
        {
            InferenceModel.Restored when isEncoded => Join(replies.Select(reply => reply.Payload)),
            InferenceModel.Restored when replies.Count == 1 => replies[0].Payload,
            InferenceModel.Restored => replies.SelectMany(reply => reply.Payload.ToArray()).ToArray(),
            InferenceModel.RouteName => Join(replies.Select(
                reply => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(reply.Result.Route.ToName()))),
            InferenceModel.Confidence => replies.SelectMany(reply => LittleEndian(reply.Result.Confidence)).ToArray(),
            _ => replies.Select(reply => (byte)(reply.Result.Bypassed ? 1 : 0)).ToArray(),
        };

    // BYTES in raw form: each element behind its length.
    private static ReadOnlyMemory<byte> Join(IEnumerable<ReadOnlyMemory<byte>> elements)
    {
        using var joined = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var element in elements)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, element.Length);
            joined.Write(length);
            joined.Write(element.Span);
        }

        return joined.ToArray();
    }

    private static byte[] LittleEndian(float value)
    {
        var bytes = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return bytes;
    }
}

/// <summary>
/// An output that a request asks for, and where in shared memory it wants it; null for in the message.
/// </summary>
internal sealed record AskedOutput(InferenceOutput Output, TensorPlace? Place);
