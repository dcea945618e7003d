using EdgeRestore.Protocol.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace EdgeRestore.Client;

/// <summary>A connection to one daemon, over which streams are opened.</summary>
/// <remarks>
/// Thread-safe. Connects when first used. Streams of one client share one TCP connection, where a stalled camera delays
/// the others: a client per camera avoids that.
/// </remarks>
public sealed partial class RestoreClient : IDisposable
{
    private readonly Uri _address;
    private readonly GrpcChannel _channel;
    private readonly RestoreService.RestoreServiceClient _service;

    /// <param name="address">
    /// Such as <c>http://127.0.0.1:50051</c>, <c>https://box:50051</c> or <c>unix:/run/edgerestore/daemon.sock</c>.
    /// </param>
    /// <param name="options">Identity and trust; without them: no token, no certificate, the machine's authorities.</param>
    /// <exception cref="EdgeRestoreException">
    /// A file of the options cannot be used, or a token would travel in the clear.
    /// </exception>
    public RestoreClient(Uri address, RestoreClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        _address = address;
        _channel = GrpcChannel.ForAddress(DaemonConnection.AuthorityOf(address), new GrpcChannelOptions
        {
            // The daemon's limits hold, which the reply to `open` tells; a smaller one here would end the stream.
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            ThrowOperationCanceledOnCancellation = true,
            DisposeHttpClient = true,
            HttpHandler = DaemonConnection.CreateHandler(address, options ?? new RestoreClientOptions()),
        });
        _service = new RestoreService.RestoreServiceClient(_channel);
        Packages = new PackageAdministration(new AdminService.AdminServiceClient(_channel), address);
    }

    /// <summary>The daemon's packages.</summary>
    public PackageAdministration Packages { get; }

    /// <summary>Opens a stream and waits until the daemon has agreed to its settings.</summary>
    /// <param name="settings">What the client wants, as <c>restore.proto</c> describes it.</param>
    /// <param name="maxFramesInFlight">
    /// Frames that may be unanswered before <see cref="RestoreStream.SendAsync"/> waits. Ignored under LIVE, where the
    /// daemon drops instead.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting; the stream itself is ended by disposing it.</param>
    /// <exception cref="DaemonException">The daemon refused the settings, is full, or does not answer.</exception>
    public Task<RestoreStream> OpenAsync(
        OpenStream settings, int maxFramesInFlight = 8, CancellationToken cancellationToken = default) =>
        OpenAsync(settings, null, maxFramesInFlight, cancellationToken);

    /// <summary>Opens a stream to a daemon on this machine whose frames lie in shared memory.</summary>
    /// <param name="settings">What the client wants; its <c>shared_memory</c> is filled in.</param>
    /// <param name="shared">Frames and results; the caller disposes it after the stream.</param>
    /// <param name="maxFramesInFlight">As without shared memory.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="DaemonException">As without; or the daemon cannot open the memory.</exception>
    public async Task<RestoreStream> OpenAsync(
        OpenStream settings,
        SharedFrames? shared,
        int maxFramesInFlight = 8,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (shared is not null)
        {
            settings = settings.Clone();
            settings.SharedMemory = new SharedMemory { Name = shared.Name, SizeBytes = (ulong)shared.SizeBytes };
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maxFramesInFlight, 1);
        var trace = ClientTracing.Start("edgerestore.v1.RestoreService/Restore");
        var call = _service.Restore(ClientTracing.HeadersOf(trace), cancellationToken: CancellationToken.None);
        try
        {
            try
            {
                await call.RequestStream.WriteAsync(new RestoreRequest { Open = settings }, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (Exception exception) when (IsRefusedWhileWriting(exception, cancellationToken))
            {
                // The daemon ended the call before it had read the message. Why is on the other side of the stream.
            }

            if (!await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false)
                || call.ResponseStream.Current.Opened is not { } opened)
            {
                throw new RpcException(new Status(
                    StatusCode.Internal,
                    $"The daemon at {_address} did not answer the open message as restore.proto says. "
                    + "Check that the address is an EdgeRestore daemon's."));
            }

            return new RestoreStream(call, opened, _address, maxFramesInFlight, trace) { Shared = shared };
        }
        catch (RpcException exception)
        {
            ClientTracing.End(trace, exception.Status.Detail);
            call.Dispose();
            throw DaemonException.From(exception, _address);
        }
        catch (Exception exception) when (IsRefusedWhileWriting(exception, cancellationToken))
        {
            // Nobody answered, or the connection broke: the call has ended, and its status has the reason.
            var reason = FindStatus(call);
            ClientTracing.End(trace, exception.Message);
            call.Dispose();
            throw reason is { } status
                ? DaemonException.From(new RpcException(status), _address)
                : DaemonException.StreamEnded(_address, exception);
        }
        catch
        {
            ClientTracing.End(trace, "The open was cancelled.");
            call.Dispose();
            throw;
        }
    }

    /// <summary>What the daemon runs and how it fares.</summary>
    /// <exception cref="DaemonException">It does not answer.</exception>
    public async Task<GetStatusReply> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _service.GetStatusAsync(new GetStatusRequest(), cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw DaemonException.From(exception, _address);
        }
    }

    /// <summary>Whether the daemon takes streams, by the standard health service.</summary>
    /// <exception cref="DaemonException">It does not answer.</exception>
    public async Task<bool> IsServingAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var reply = await new Health.HealthClient(_channel)
                .CheckAsync(new HealthCheckRequest(), cancellationToken: cancellationToken).ConfigureAwait(false);
            return reply.Status == HealthCheckResponse.Types.ServingStatus.Serving;
        }
        catch (RpcException exception)
        {
            throw DaemonException.From(exception, _address);
        }
    }

    /// <summary>Closes the connection; open streams end as cancelled.</summary>
    public void Dispose() => _channel.Dispose();

    private static Status? FindStatus(AsyncDuplexStreamingCall<RestoreRequest, RestoreReply> call)
    {
        try
        {
            return call.GetStatus();
        }
        catch (InvalidOperationException)
        {
            // Not known yet.
            return null;
        }
    }

    // A connection that broke under the write comes as what the transport says, not as a status of the call.
    internal static bool IsRefusedWhileWriting(Exception exception, CancellationToken cancellationToken) =>
        exception is InvalidOperationException or IOException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
