using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Degradations;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.Benchmarks.Soak;

/// <summary>What the cameras of a soak share.</summary>
internal sealed record SoakRun(Uri Address, SoakLedger Ledger, TimeSpan Time, bool IsGrowing, CancellationToken Ended)
{
    private const int LargestScale = 16;

    private readonly long _start = Stopwatch.GetTimestamp();

    public const int Width = 96;
    public const int Height = 64;
    public const Degradation Route = Degradation.Rain;

    /// <summary>
    /// How much larger a steady camera's frames are now: 1, or under the control of growth more and more.
    /// </summary>
    public int Scale => IsGrowing
        ? 1 + (int)(Stopwatch.GetElapsedTime(_start) / Time * (LargestScale - 1)) : 1;

    /// <summary>Frames of one stream before the next is opened.</summary>
    public ulong FramesPerStream => IsGrowing ? 10u : 300u;

    /// <summary>RGB of a fixed route that adds to every byte.</summary>
    public static OpenStream Settings(string name, Delivery delivery, int width = Width, int height = Height) => new()
    {
        StreamName = name,
        Raw = new RawLayout { Layout = PixelLayout.Rgb24, Width = (uint)width, Height = (uint)height },
        Delivery = delivery,
        Fixed = Route.ToWire(),
    };

    /// <summary>A frame that carries its number in every byte.</summary>
    public static byte[] Paint(ulong number, int width = Width, int height = Height)
    {
        var pixels = new byte[width * height * 3];
        pixels.AsSpan().Fill(LevelOf(number));
        return pixels;
    }

    // Room for what the route adds.
    public static byte LevelOf(ulong number) => (byte)(number % 200);

    /// <summary>Checks a restored frame against the number that it was sent with.</summary>
    public void Check(string camera, RestoredFrame frame)
    {
        var expected = (byte)(LevelOf(frame.Sequence) + TestPackage.LevelsOf(Route));
        if (frame.Error != RestoreError.None)
        {
            Ledger.Fault($"{camera}: frame {frame.Sequence} failed: {frame.Message}");
        }
        else if (frame.Payload.Span.ContainsAnyExcept(expected))
        {
            Ledger.Fault($"{camera}: frame {frame.Sequence} came back with another one's pixels.");
        }

        Ledger.CountAnswered();
    }

    /// <summary>Replies, tampered with where the control asks for it.</summary>
    public async IAsyncEnumerable<RestoredFrame> ReceiveAsync(RestoreStream stream)
    {
        RestoredFrame? held = null;
        await foreach (var frame in stream.ReceiveAsync(CancellationToken.None))
        {
            if (Ledger.IsTamperedWith("lose"))
            {
                continue;
            }

            if (held is null && Ledger.IsTamperedWith("reorder"))
            {
                held = frame;
                continue;
            }

            yield return frame;
            if (held is not null)
            {
                yield return held;
                held = null;
            }
        }

        if (held is not null)
        {
            yield return held;
        }
    }
}
