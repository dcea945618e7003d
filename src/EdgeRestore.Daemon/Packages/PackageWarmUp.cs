using EdgeRestore.Daemon.Streams;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Packages;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Daemon.Packages;

/// <summary>
/// Runs on a version what the open streams will ask of it: the first frame of a size is slow on every device, and a
/// version may fail at a size that its probe does not have.
/// </summary>
internal static class PackageWarmUp
{
    /// <summary>Each takes a frame's time from the streams that are served meanwhile.</summary>
    public const int MaxShapeCount = 16;

    /// <summary>Takes one frame of each of the streams' sizes and routes through it, in turn with the frames that are served.</summary>
    /// <returns>What failed; null when nothing did.</returns>
    public static PackageException? Run(Restorer candidate, StreamHost host)
    {
        var manifest = candidate.Package.Manifest;
        foreach (var shape in host.Registry.ReadShapes().Take(MaxShapeCount))
        {
            if (candidate.Package.FindRoute(shape.Route) is null)
            {
                continue;
            }

            using var frame = GoldenFrame.Create(shape.Width, shape.Height);
            using var output = Frame.Rent(shape.Width, shape.Height, PixelFormat.Rgb24);
            var router = candidate.CreateRouter(new RoutingOptions { FixedRoute = shape.Route });
            host.Turns.WaitAsync(Priority.Low, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            RestoreResult result;
            try
            {
                result = candidate.Restore(frame, output, router, 1, CancellationToken.None);
            }
            finally
            {
                host.Turns.Release();
            }

            if (result.Error != RestoreError.None)
            {
                return new PackageException(
                    $"Package {manifest.Name} {manifest.Version} failed with a frame as open streams have them: found "
                    + $"{shape.Width}x{shape.Height} on route {shape.Route.ToName()} failing: {result.Detail?.TrimEnd('.')}; "
                    + "allowed is a restored picture. Export it again.");
            }
        }

        return null;
    }
}
