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
    public static IReadOnlyList<InferenceOutput> Select(InferenceModel model, ModelInferRequest request) =>
        request.Outputs.Count == 0 ? model.Outputs :
        [
            .. request.Outputs.Select(asked => model.Outputs.FirstOrDefault(output => output.Name == asked.Name)
                ?? throw InferenceInput.Fault(
                    $"Model '{model.Name}' has no output of a name that was asked for; it has "
                    + $"{string.Join(", ", model.Outputs.Select(output => output.Name))}. Ask for these.")),
        ];

    public static void Add(
        ModelInferResponse response,
        IReadOnlyList<InferenceOutput> outputs,
        IReadOnlyList<SingleReply> replies,
        bool isEncoded,
        bool hasBatch)
    {
        foreach (var output in outputs)
        {
            var tensor = new ModelInferResponse.Types.InferOutputTensor
            {
                Name = output.Name,
                Datatype = output.Datatype,
                Shape = { replies.Count },
            };
            response.RawOutputContents.Add(UnsafeByteOperations.UnsafeWrap(Write(output.Name, replies, isEncoded)));
            if (output.Name == InferenceModel.Restored)
            {
                Describe(tensor, replies[0], isEncoded, hasBatch);
            }

            response.Outputs.Add(tensor);
        }
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

    private static ReadOnlyMemory<byte> Write(string name, IReadOnlyList<SingleReply> replies, bool isEncoded) => name switch
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
