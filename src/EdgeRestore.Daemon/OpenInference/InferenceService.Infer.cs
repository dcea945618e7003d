using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Singles;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.Inference;
using Grpc.Core;

namespace EdgeRestore.Daemon.OpenInference;

internal sealed partial class InferenceService
{
    /// <summary>Answers a request, and counts it.</summary>
    private async Task<ModelInferResponse> InferAsync(Question asked, CancellationToken cancellationToken)
    {
        var served = host.Restorer.Package;
        var replies = new List<SingleReply>();
        var start = host.Clock.GetTimestamp();
        try
        {
            var response = await InferAsync(asked, replies, cancellationToken);
            statistics.Succeeded(asked.Model.Name, replies[^1].Package!, host.Clock.GetElapsedTime(start), replies);
            return response;
        }
        catch
        {
            // Another package may have been served by the time that its frames had their turns.
            var package = replies.Count > 0 ? replies[^1].Package! : served;
            statistics.Failed(asked.Model.Name, package, host.Clock.GetElapsedTime(start));
            throw;
        }
    }

    private async Task<ModelInferResponse> InferAsync(
        Question asked, List<SingleReply> replies, CancellationToken cancellationToken)
    {
        var parameters = InferenceParameters.Read(asked.Request.Parameters);
        using var limit = parameters.Timeout is { } timeout ? new CancellationTokenSource(timeout, host.Clock) : null;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit?.Token ?? default);

        // What waits has been received: it takes memory, if no place.
        using var memory = host.Memory.Reserve(asked.Peer);
        var heldBytes = (long)asked.Request.CalculateSize();
        if (!memory.TryRaiseTo(heldBytes))
        {
            throw new RpcException(WireStatus.From(
                RestoreError.Capacity, SingleFrame.ExplainNoMemory(host, $"requests of {heldBytes} bytes")));
        }

        IReadOnlyList<AskedOutput> outputs;
        bool hasBatch;
        try
        {
            var arrivedAt = host.Clock.GetTimestamp();
            using var entered = asked.Place is null ? await EnterAsync(asked.Peer, waiting.Token) : null;
            var waited = host.Clock.GetElapsedTime(arrivedAt);
            var input = InferenceInput.Read(
                asked.Request,
                host.Limits,
                host.Restorer.Package.Manifest.Network.MinSidePixels,
                tensor => TensorPlace.Find(tensor.Parameters, tensor.Name, regions, asked.Peer));
            outputs = InferenceOutputs.Select(
                asked.Model,
                asked.Request,
                output => TensorPlace.Find(output.Parameters, output.Name, regions, asked.Peer));
            hasBatch = input.HasBatch;

            // More than the message where frames lie in shared memory.
            heldBytes = Math.Max(heldBytes, input.Frames.Sum(frame => (long)frame.Payload.Length));
            foreach (var (payload, format) in input.Frames)
            {
                var pixels = PayloadFormat.Raw(PixelFormat.Rgb24, format.Width, format.Height);
                var strength = asked.Model.Restores ? parameters.Strength : 0;
                var reply = await SingleFrame.RestoreAsync(
                    host,
                    payload,
                    new SingleRequest(
                        format, parameters.Output ?? pixels, asked.Router, strength, asked.Place ?? entered!)
                    {
                        Memory = memory,
                        HeldBytes = heldBytes,
                        Waited = replies.Count == 0 ? waited : TimeSpan.Zero,
                    },
                    waiting.Token);
                replies.Add(reply.Error == RestoreError.None ? reply
                    : throw new RpcException(WireStatus.From(reply.Error, reply.Message)));
                heldBytes += reply.Payload.Length;
            }
        }
        catch (OperationCanceledException) when (limit?.IsCancellationRequested == true)
        {
            throw new RpcException(WireStatus.From(
                RestoreError.DeadlineExceeded, "The parameter timeout passed before the frame had its turn. Allow "
                    + "more."));
        }

        var isEncoded = parameters.Output is not null;
        if (!isEncoded && replies.Any(reply => (reply.Width, reply.Height) != (replies[0].Width, replies[0].Height)))
        {
            throw InferenceInput.Fault(
                "The images have different sizes, which no tensor of pixels can hold. Send them one by one, or ask for "
                + "image files with the parameter codec.");
        }

        var response = new ModelInferResponse
        {
            ModelName = asked.Model.Name,
            ModelVersion = replies[^1].Package!.Manifest.Version,
            Id = asked.Request.Id,
        };
        InferenceOutputs.Add(response, outputs, replies, isEncoded, hasBatch);
        return response;
    }

    private async Task<StreamRegistry.OpenedStream> EnterAsync(Peer peer, CancellationToken cancellationToken)
    {
        var (place, refusal) = await host.Registry.EnterAsync(peer, cancellationToken);
        return place ?? throw new RpcException(host.Registry.Explain(refusal));
    }

    /// <summary>A request, and who asks it.</summary>
    /// <param name="Request">As it came.</param>
    /// <param name="Model">What it asks for.</param>
    /// <param name="Router">Fresh, or its camera's.</param>
    /// <param name="Peer">Who asks.</param>
    /// <param name="Place">Its camera's; null for a request by itself, which takes one while it is worked on.</param>
    private sealed record Question(
        ModelInferRequest Request,
        InferenceModel Model,
        SingleRouter Router,
        Peer Peer,
        StreamRegistry.OpenedStream? Place);
}
