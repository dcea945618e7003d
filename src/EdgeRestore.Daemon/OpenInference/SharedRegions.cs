using System.Net;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Protocol;
using Grpc.Core;
using Microsoft.AspNetCore.Connections.Features;

namespace EdgeRestore.Daemon.OpenInference;

/// <summary>
/// The regions that clients have registered. Each client sees its own, and they go with the connection that they were
/// registered over, since a client that has died unregisters nothing. Thread-safe.
/// </summary>
internal sealed class SharedRegions : IDisposable
{
    /// <summary>Of one client: a dozen requests under way with an input and a few outputs each.</summary>
    public const int MaxOfOne = 64;

    /// <summary>Of all clients; each holds a file open.</summary>
    public const int MaxCount = 512;

    private const int MaxNameLength = 256;

    private readonly Lock _gate = new();
    private readonly
        Dictionary<(Peer Peer, string Name), (SharedRegion Region, CancellationTokenRegistration Closing)> _regions =
        [];

    /// <exception cref="RpcException">It may not be registered.</exception>
    public void Register(ServerCallContext call, string name, string key, ulong offset, ulong lengthBytes)
    {
        var owner = RequireOwner(call);
        if (name.Length is 0 or > MaxNameLength)
        {
            throw InferenceInput.Fault(
                $"The name of a region has {name.Length} characters; allowed are 1 to {MaxNameLength}. Choose "
                    + "another.");
        }

        var id = (Peer.Of(call), name);
        var region = SharedRegion.Open(name, key, offset, lengthBytes, owner);
        try
        {
            Add(id, region);
        }
        catch
        {
            region.Dispose();
            throw;
        }

        var closed = call.GetHttpContext().Features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed ?? default;
        var closing = closed.Register(() => Remove(id, region));
        lock (_gate)
        {
            if (_regions.TryGetValue(id, out var kept) && kept.Region == region)
            {
                _regions[id] = (region, closing);
            }
        }
    }

    /// <summary>
    /// Forgets one region of the client, or all of them; one that is not there is no error, as with Triton.
    /// </summary>
    public void Unregister(Peer peer, string name)
    {
        foreach (var region in List(peer, name))
        {
            Remove((peer, region.Name), region);
        }
    }

    /// <summary>The client's regions, or the one of that name.</summary>
    public IReadOnlyList<SharedRegion> List(Peer peer, string name)
    {
        lock (_gate)
        {
            return
            [
                .. _regions.Where(entry => entry.Key.Peer == peer && (name.Length == 0 || entry.Key.Name == name))
                    .Select(entry => entry.Value.Region),
            ];
        }
    }

    /// <exception cref="RpcException">The client has none of that name.</exception>
    public SharedRegion Find(Peer peer, string name)
    {
        lock (_gate)
        {
            return _regions.TryGetValue((peer, name), out var entry) ? entry.Region : throw new RpcException(new Status(
                StatusCode.NotFound,
                "Unable to find system shared memory region: this client has none of that name. Register it, over a "
                + "connection that stays open."));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var (region, _) in _regions.Values)
            {
                region.Dispose();
            }

            _regions.Clear();
        }
    }

    // A client elsewhere cannot mean memory of this machine; one of another user would have the daemon open what is not
    // its own.
    private static uint RequireOwner(ServerCallContext call)
    {
        var http = call.GetHttpContext();
        if (http.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address))
        {
            throw InferenceInput.Fault(
                "Shared memory is registered by a client on another machine; allowed is it over loopback or a Unix "
                + "socket. Send raw contents.");
        }

        return Peer.FindUser(http) ?? throw InferenceInput.Fault(
            "Shared memory is registered by a client whose user this daemon cannot tell; allowed are the users of its "
            + "own machine and container. Send raw contents.");
    }

    private void Add((Peer Peer, string Name) id, SharedRegion region)
    {
        lock (_gate)
        {
            if (_regions.ContainsKey(id))
            {
                throw new RpcException(new Status(
                    StatusCode.AlreadyExists, $"shared memory region '{id.Name}' already in manager. Unregister it "
                        + "first."));
            }

            var countOfOne = _regions.Keys.Count(key => key.Peer == id.Peer);
            if (countOfOne == MaxOfOne || _regions.Count == MaxCount)
            {
                throw new RpcException(WireStatus.From(
                    RestoreError.Capacity,
                    $"This client has {countOfOne} regions registered, all clients {_regions.Count}; allowed are "
                    + $"{MaxOfOne} and {MaxCount}. Unregister some."));
            }

            _regions.Add(id, (region, default));
        }
    }

    private void Remove((Peer Peer, string Name) id, SharedRegion region)
    {
        lock (_gate)
        {
            if (!_regions.TryGetValue(id, out var entry) || entry.Region != region)
            {
                return;
            }

            _regions.Remove(id);
            entry.Closing.Unregister();
        }

        region.Dispose();
    }
}
