using EdgeRestore.Client;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Benchmarks.Fairness;

/// <summary>
/// Bad clients that keep HTTP/2's rules; those that do not are in <c>hostile.py</c>. Each is a process.
/// </summary>
internal static class BadClients
{
    public const string Rubbish = "rubbish";
    public const string Giant = "giant";
    public const string Vanish = "vanish";

    private const int Width = 64;
    private const int Height = 48;

    // The largest that a daemon takes.
    private const int GiantBytes = 32 << 20;

    /// <summary>Misbehaves until the process is killed.</summary>
    public static async Task<int> RunAsync(string kind, Uri daemon)
    {
        Console.WriteLine("ready");
        using var client = new RestoreClient(daemon);
        while (true)
        {
            await using var stream = await client.OpenAsync(new OpenStream
            {
                StreamName = "hostile",
                Raw = new RawLayout { Layout = PixelLayout.Rgb24, Width = Width, Height = Height },
                Delivery = Delivery.Lossless,
                Fixed = Degradation.Noise,
            });
            if (kind == Vanish)
            {
                for (var count = 0; count < 4; count++)
                {
                    await stream.SendAsync(new byte[Width * Height * 3]);
                }

                continue;
            }

            var reading = Task.Run(async () =>
            {
                await foreach (var _ in stream.ReceiveAsync())
                {
                }
            });
            var payload = new byte[kind == Giant ? GiantBytes : 1001];
            while (!reading.IsCompleted)
            {
                await stream.SendAsync(payload);
            }
        }
    }
}
