using EdgeRestore.Daemon.Security;
using EdgeRestore.Protocol.Inference;
using Google.Protobuf.Collections;

namespace EdgeRestore.Daemon.OpenInference;

/// <summary>Where a tensor lies in a registered region, by Triton's parameters.</summary>
/// <param name="Region">The region.</param>
/// <param name="Offset">Where the tensor begins in it.</param>
/// <param name="LengthBytes">What the tensor has, or may have.</param>
internal sealed record TensorPlace(SharedRegion Region, long Offset, long LengthBytes)
{
    private const string RegionName = "shared_memory_region";
    private const string ByteSizeName = "shared_memory_byte_size";
    private const string OffsetName = "shared_memory_offset";

    /// <summary>Null where the tensor is part of the message.</summary>
    /// <exception cref="Grpc.Core.RpcException">The region is unknown, or the tensor leaves it.</exception>
    public static TensorPlace? Find(
        MapField<string, InferParameter> parameters, string tensor, SharedRegions regions, Peer peer)
    {
        if (!parameters.TryGetValue(RegionName, out var region))
        {
            return null;
        }

        var found = regions.Find(peer, region.StringParam);
        var lengthBytes = ReadNumber(parameters, ByteSizeName);
        var offset = ReadNumber(parameters, OffsetName);
        return lengthBytes >= 1 && offset >= 0 && offset <= found.LengthBytes - lengthBytes
            ? new TensorPlace(found, offset, lengthBytes)
            : throw InferenceInput.Fault(
                $"'{tensor}' has {lengthBytes} bytes from {offset} on in a region of {found.LengthBytes}; allowed is "
                + $"at least one, within the region. Correct {ByteSizeName} or {OffsetName}.");
    }

    /// <summary>Says where a result lies, as requests do.</summary>
    /// <param name="parameters">Of the result.</param>
    /// <param name="lengthBytes">What it has.</param>
    public void Describe(MapField<string, InferParameter> parameters, int lengthBytes)
    {
        parameters[RegionName] = new InferParameter { StringParam = Region.Name };
        parameters[ByteSizeName] = new InferParameter { Int64Param = lengthBytes };
        parameters[OffsetName] = new InferParameter { Int64Param = Offset };
    }

    // Absent is 0; what is no number is out of every range.
    private static long ReadNumber(MapField<string, InferParameter> parameters, string name) =>
        !parameters.TryGetValue(name, out var parameter) ? 0 : parameter.ParameterChoiceCase switch
        {
            InferParameter.ParameterChoiceOneofCase.Int64Param => parameter.Int64Param,
            InferParameter.ParameterChoiceOneofCase.Uint64Param => (long)Math.Min(parameter.Uint64Param, long.MaxValue),
            _ => -1,
        };
}
