using System.Reflection;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Packages;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Daemon.Services;

/// <summary>The daemon's own view of itself.</summary>
internal static class StatusReport
{
    private static readonly string Version =
        typeof(StatusReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "";

    public static GetStatusReply Build(StreamHost host, DrainSignal drain)
    {
        var package = host.Restorer.Package;
        var reply = new GetStatusReply
        {
            DaemonVersion = Version,
            State = drain.Token.IsCancellationRequested
                ? DaemonState.Draining
                : DaemonState.Serving,
            UptimeMs = (ulong)host.Clock.GetElapsedTime(host.StartedAt).TotalMilliseconds,
            Device = host.Device,
            Limits = Describe(host),
            MaxStreams = (uint)host.Limits.MaxStreams,
            Frames = host.Registry.Total.Read(),
            Package = new PackageStatus
            {
                Name = package.Manifest.Name,
                Version = package.Manifest.Version,
                Sha256 = package.Sha256,
            },
        };
        reply.Memory = new MemoryStatus
        {
            ResidentBytes = (ulong)Environment.WorkingSet,
            FrameLimitBytes = (ulong)host.Memory.MaxBytes,
            FrameReservedBytes = (ulong)host.Memory.ReservedBytes,
            FrameBytes = (ulong)FrameMemory.RentedBytes,
            AllocatedBytes = (ulong)GC.GetTotalAllocatedBytes(),
            FullCollections = (ulong)GC.CollectionCount(GC.MaxGeneration),
        };
        reply.Package.Routes.AddRange(package.Manifest.Routes.Zip(host.Restorer.ReadRoutes(), Describe));
        reply.Providers.AddRange(host.Packages.Leading.Providers.Select(step => new ProviderStatus
        {
            Name = step.Provider,
            Used = step.IsUsed,
            Reason = step.Reason,
        }));
        reply.Streams.AddRange(host.Registry.ReadStatus());
        return reply;
    }

    private static RouteStatus Describe(PackageRoute route, RouteReadiness readiness) => new()
    {
        Degradation = route.Degradation.ToWire(),
        Precision = readiness.Precision,
        Parameters = (ulong)route.Parameters,
        State = readiness switch
        {
            { IsReady: true } => RouteState.Ready,
            { Fault: not null } => RouteState.Unavailable,
            _ => RouteState.Unbuilt,
        },
        Fault = readiness.Fault ?? "",
    };

    public static FrameLimits Describe(StreamHost host) => new()
    {
        MaxWidth = (uint)host.Limits.MaxWidth,
        MaxHeight = (uint)host.Limits.MaxHeight,
        MaxPixels = (ulong)host.Limits.MaxPixels,
        MaxPayloadBytes = (ulong)host.Limits.MaxPayloadBytes,
        MinSide = (uint)host.Restorer.Package.Manifest.Network.MinSidePixels,
    };
}
