using EdgeRestore.Daemon.Streams;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Packages;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Daemon.Packages;

/// <summary>
/// Runs on a version what streams and requests will ask of it: the first frame of a size is slow on every device, and a
/// version may fail at a size that its probe does not have.
/// </summary>
/// <remarks>
/// On the CPU all routes share the memory that a size needs, so what it takes is that of the largest frame.
/// </remarks>
internal static class PackageWarmUp
{
    /// <summary>Each takes a frame's time from the streams that are served meanwhile.</summary>
    public const int MaxShapeCount = 16;

    /// <summary>
    /// Takes one frame of each of the likeliest sizes and routes through it, in turn with the frames that are served:
    /// those of open streams, and as many of streams and requests that have ended as there is room for.
    /// </summary>
    /// <returns>What failed for an open stream; null when nothing did.</returns>
    public static PackageException? Run(Restorer candidate, StreamHost host)
    {
        var manifest = candidate.Package.Manifest;
        var shapes = host.Registry.ReadShapes().Where(IsServed).Take(MaxShapeCount).ToList();
        foreach (var shape in shapes)
        {
            if (RunOne(candidate, host, shape) is { Error: not RestoreError.None } failed)
            {
                return new PackageException(
                    $"Package {manifest.Name} {manifest.Version} failed with a frame as open streams have them: found "
                    + $"{shape.Width}x{shape.Height} on route {shape.Route.ToName()} failing: "
                    + $"{failed.Detail?.TrimEnd('.')}; allowed is a restored picture. Export it again.");
            }
        }

        // One of these that fails keeps no version out: it may never come again.
        foreach (var shape in host.Registry.ReadLeftShapes().Where(IsServed).Except(shapes)
            .Take(MaxShapeCount - shapes.Count))
        {
            RunOne(candidate, host, shape);
        }

        return null;

        bool IsServed(FrameShape shape) => candidate.Package.FindRoute(shape.Route) is not null;
    }

    private static RestoreResult RunOne(Restorer candidate, StreamHost host, FrameShape shape)
    {
        using var frame = GoldenFrame.Create(shape.Width, shape.Height);
        using var output = Frame.Rent(shape.Width, shape.Height, PixelFormat.Rgb24);
        var router = candidate.CreateRouter(new RoutingOptions { FixedRoute = shape.Route });
        host.Turns.WaitAsync(Priority.Low, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        try
        {
            return candidate.Restore(frame, output, router, 1, CancellationToken.None);
        }
        finally
        {
            host.Turns.Release();
        }
    }
}
