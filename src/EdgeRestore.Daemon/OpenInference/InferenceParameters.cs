using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.Inference;
using EdgeRestore.Protocol.V1;
using Google.Protobuf.Collections;

namespace EdgeRestore.Daemon.OpenInference;

/// <summary>The request parameters that mean something here; others are another server's, and are let pass.</summary>
/// <param name="Strength">How much of the restoration to apply, 0 to 1.</param>
/// <param name="Output">Null for pixels; else the image files that come back as BYTES.</param>
/// <param name="Timeout">How long to wait for a turn; null for no limit.</param>
internal sealed record InferenceParameters(float Strength, PayloadFormat? Output, TimeSpan? Timeout)
{
    // Reserved by Triton, which refuses all of them but this one; its clients send it with every streamed request.
    private const string TritonPrefix = "triton_";
    private const string EmptyFinalResponse = "triton_enable_empty_final_response";

    /// <exception cref="Grpc.Core.RpcException">A value is of another type or out of range.</exception>
    public static InferenceParameters Read(MapField<string, InferParameter> parameters)
    {
        foreach (var name in parameters.Keys)
        {
            if (name.StartsWith(TritonPrefix, StringComparison.Ordinal) && name != EmptyFinalResponse)
            {
                throw InferenceInput.Fault(
                    $"A parameter begins with '{TritonPrefix}', which is reserved; allowed of those is "
                    + $"{EmptyFinalResponse}. Leave it out.");
            }
        }

        return new InferenceParameters(ReadStrength(parameters), ReadOutput(parameters), ReadTimeout(parameters));
    }

    private static float ReadStrength(MapField<string, InferParameter> parameters)
    {
        if (!parameters.TryGetValue("strength", out var parameter))
        {
            return WireLimits.DefaultStrength;
        }

        var strength = parameter.ParameterChoiceCase switch
        {
            InferParameter.ParameterChoiceOneofCase.DoubleParam => parameter.DoubleParam,
            InferParameter.ParameterChoiceOneofCase.Int64Param => parameter.Int64Param,
            _ => double.NaN,
        };
        return strength is >= 0 and <= 1 ? (float)strength
            : throw InferenceInput.Fault("The parameter strength is not a number of 0 to 1. Correct it or leave it "
                + "out.");
    }

    private static PayloadFormat? ReadOutput(MapField<string, InferParameter> parameters)
    {
        if (!parameters.TryGetValue("codec", out var parameter))
        {
            return null;
        }

        var quality = WireLimits.DefaultQuality;
        if (parameters.TryGetValue("quality", out var asked))
        {
            quality = asked.Int64Param is >= 1 and <= WireLimits.MaxQuality ? (int)asked.Int64Param
                : throw InferenceInput.Fault("The parameter quality is not an int64 of 1 to 100. Correct it or leave "
                    + "it out.");
        }

        return parameter.StringParam switch
        {
            "jpeg" => PayloadFormat.Encoded(ImageCodec.Jpeg, quality),
            "png" => PayloadFormat.Encoded(ImageCodec.Png, quality),
            "webp" => PayloadFormat.Encoded(ImageCodec.Webp, quality),
            _ => throw InferenceInput.Fault(
                "The parameter codec is not one of the strings jpeg, png, webp. Correct it, or leave it out for "
                    + "pixels."),
        };
    }

    private static TimeSpan? ReadTimeout(MapField<string, InferParameter> parameters)
    {
        // Microseconds, as Triton has it; 0 for none.
        if (!parameters.TryGetValue("timeout", out var parameter))
        {
            return null;
        }

        var timeout = TimeSpan.FromMicroseconds(parameter.Int64Param);
        return timeout < TimeSpan.Zero || timeout.TotalMilliseconds > WireLimits.MaxFrameDeadlineMs
            ? throw InferenceInput.Fault("The parameter timeout is not an int64 of 0 to 600000000 microseconds. "
                + "Correct it.")
            : timeout == TimeSpan.Zero ? null : timeout;
    }
}
