using System.Diagnostics;
using EdgeRestore.Client;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using Grpc.Core;

namespace EdgeRestore.Benchmarks.Soak;

/// <summary>The clients of a soak; each goes on until the time is up, and leaves in order.</summary>
internal static class SoakCameras
{
    private static readonly TimeSpan PlacePatience = TimeSpan.FromSeconds(30);

    public static IReadOnlyList<Func<SoakRun, Task>> All =>
    [
        soak => LosslessAsync(soak, "steady", TimeSpan.Zero),
        soak => LosslessAsync(soak, "steady too", TimeSpan.Zero),
        soak => LosslessAsync(soak, "slow reader", TimeSpan.FromMilliseconds(20)),
        LiveAsync,
        SharedAsync,
        FaultyAsync,
        VanishingAsync,
        FailingAsync,
        SoakReloads.RunAsync,
    ];

    private static async Task LosslessAsync(SoakRun soak, string name, TimeSpan readTime)
    {
        while (!soak.Ended.IsCancellationRequested)
        {
            var (width, height) = (SoakRun.Width * soak.Scale, SoakRun.Height * soak.Scale);
            using var client = new RestoreClient(soak.Address);
            await using var stream = await client.OpenAsync(
                SoakRun.Settings(name, Delivery.Lossless, width, height));
            soak.Ledger.CountStream();
            var sending = Task.Run(async () =>
            {
                for (var number = 1ul; number <= soak.FramesPerStream && !soak.Ended.IsCancellationRequested; number++)
                {
                    await stream.SendAsync(SoakRun.Paint(number, width, height));
                }

                await stream.CompleteAsync();
            });
            var last = 0ul;
            await foreach (var frame in soak.ReceiveAsync(stream))
            {
                if (frame.Sequence != last + 1)
                {
                    soak.Ledger.Fault(
                        $"{name}: frame {frame.Sequence} came after {last}; each must come once, in order.");
                }

                last = frame.Sequence;
                soak.Check(name, frame);
                if (readTime > TimeSpan.Zero)
                {
                    await Task.Delay(readTime);
                }
            }

            await sending;
        }
    }

    private static async Task LiveAsync(SoakRun soak)
    {
        while (!soak.Ended.IsCancellationRequested)
        {
            using var client = new RestoreClient(soak.Address);
            await using var stream = await client.OpenAsync(SoakRun.Settings("live", Delivery.Live));
            soak.Ledger.CountStream();
            var sent = 0ul;
            var sending = Task.Run(async () =>
            {
                while (sent < soak.FramesPerStream && !soak.Ended.IsCancellationRequested)
                {
                    sent = await stream.SendAsync(SoakRun.Paint(sent + 1));
                }

                await stream.CompleteAsync();
            });
            var (last, accounted) = (0ul, 0ul);
            await foreach (var frame in soak.ReceiveAsync(stream))
            {
                if (frame.Sequence <= last)
                {
                    soak.Ledger.Fault($"live: frame {frame.Sequence} came after {last}.");
                }

                last = frame.Sequence;
                accounted += 1 + frame.DroppedCount;
                soak.Ledger.CountDropped(frame.DroppedCount);
                soak.Check("live", frame);
            }

            await sending;
            if (accounted != sent)
            {
                soak.Ledger.Fault($"live: {sent} frames were sent; {accounted} were answered or named as dropped.");
            }
        }
    }

    private static async Task SharedAsync(SoakRun soak)
    {
        const int slotCount = 4, length = SoakRun.Width * SoakRun.Height * 3;
        while (!soak.Ended.IsCancellationRequested)
        {
            using var client = new RestoreClient(soak.Address);
            using var shared = SharedFrames.Create(slotCount, length, length);
            await using var stream = await client.OpenAsync(
                SoakRun.Settings("shared memory", Delivery.Lossless), shared);
            soak.Ledger.CountStream();
            await using var replies = soak.ReceiveAsync(stream).GetAsyncEnumerator();
            for (var number = 1ul; number <= soak.FramesPerStream && !soak.Ended.IsCancellationRequested; number++)
            {
                var slot = (int)(number % slotCount);
                SoakRun.Paint(number).CopyTo(shared.GetFrame(slot));
                await stream.SendSharedAsync(slot);
                if (!await replies.MoveNextAsync()
                    || replies.Current.Sequence != number || replies.Current.Slot != slot)
                {
                    soak.Ledger.Fault($"shared memory: frame {number} in slot {slot} was not the next one answered.");
                }

                soak.Check("shared memory", replies.Current);
            }

            await stream.CompleteAsync();
            await replies.MoveNextAsync();
        }
    }

    /// <summary>Every other payload is of the wrong length; the others must not notice.</summary>
    private static async Task FaultyAsync(SoakRun soak)
    {
        var random = new Random(1);
        while (!soak.Ended.IsCancellationRequested)
        {
            using var client = new RestoreClient(soak.Address);
            await using var stream = await client.OpenAsync(SoakRun.Settings("faulty", Delivery.Lossless));
            soak.Ledger.CountStream();
            var sending = Task.Run(async () =>
            {
                for (var number = 1ul; number <= soak.FramesPerStream && !soak.Ended.IsCancellationRequested; number++)
                {
                    await stream.SendAsync(
                        number % 2 == 0 ? new byte[random.Next(0, 100_000) | 1] : SoakRun.Paint(number));
                }

                await stream.CompleteAsync();
            });
            var last = 0ul;
            await foreach (var frame in soak.ReceiveAsync(stream))
            {
                if (frame.Sequence != ++last)
                {
                    soak.Ledger.Fault($"faulty: frame {frame.Sequence} came as number {last}.");
                    last = frame.Sequence;
                }

                if (frame.Sequence % 2 == 1)
                {
                    soak.Check("faulty", frame);
                }
                else if (frame.Error == RestoreError.Input)
                {
                    soak.Ledger.CountRefused();
                }
                else
                {
                    soak.Ledger.Fault($"faulty: bad frame {frame.Sequence} was answered with {frame.Error}.");
                }
            }

            await sending;
        }
    }

    /// <summary>
    /// Takes a subnetwork that makes NaN of every third frame, which passes through; the others must not notice.
    /// </summary>
    private static async Task FailingAsync(SoakRun soak)
    {
        while (!soak.Ended.IsCancellationRequested)
        {
            using var client = new RestoreClient(soak.Address);
            var settings = SoakRun.Settings("failing", Delivery.Lossless);
            settings.Fixed = SoakReloads.FailingRoute.ToWire();
            await using var stream = await client.OpenAsync(settings);
            soak.Ledger.CountStream();
            await using var replies = soak.ReceiveAsync(stream).GetAsyncEnumerator();
            for (var number = 1ul; number <= soak.FramesPerStream && !soak.Ended.IsCancellationRequested; number++)
            {
                var isTrap = number % 3 == 0;
                var pixels = SoakRun.Paint(number);
                pixels.AsSpan().Fill(isTrap ? SoakReloads.Trap : SoakRun.LevelOf(number));
                await stream.SendAsync(pixels);
                if (!await replies.MoveNextAsync() || replies.Current.Sequence != number)
                {
                    soak.Ledger.Fault($"failing: frame {number} was not the next one answered.");
                    return;
                }

                if (replies.Current.Error != RestoreError.None || replies.Current.Bypassed != isTrap
                    || !replies.Current.Payload.Span.SequenceEqual(pixels))
                {
                    soak.Ledger.Fault(
                        $"failing: frame {number} was answered with {replies.Current.Error}, or changed.");
                }

                soak.Ledger.CountAnswered();
                if (isTrap)
                {
                    soak.Ledger.CountFailed();
                }
            }

            await stream.CompleteAsync();
            await replies.MoveNextAsync();
        }
    }

    /// <summary>Goes away with frames in flight, each time at another moment.</summary>
    private static async Task VanishingAsync(SoakRun soak)
    {
        var random = new Random(2);
        while (!soak.Ended.IsCancellationRequested)
        {
            using var client = new RestoreClient(soak.Address);
            if (await OpenVanishingAsync(soak, client) is not { } opened)
            {
                return;
            }

            await using var stream = opened;
            soak.Ledger.CountStream();
            for (var count = random.Next(0, 8); count > 0; count--)
            {
                await stream.SendAsync(SoakRun.Paint((ulong)count));
            }
        }
    }

    /// <summary>
    /// A busy daemon hears late of those that have vanished: then all places are taken for a moment, no longer.
    /// </summary>
    private static async Task<RestoreStream?> OpenVanishingAsync(SoakRun soak, RestoreClient client)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await client.OpenAsync(SoakRun.Settings("vanishing", Delivery.Lossless));
            }
            catch (DaemonException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
            {
                soak.Ledger.CountFull();
                if (Stopwatch.GetElapsedTime(start) > PlacePatience)
                {
                    soak.Ledger.Fault(
                        $"vanishing: no place within {PlacePatience.TotalSeconds} s: {exception.Message}");
                    return null;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }
    }
}
