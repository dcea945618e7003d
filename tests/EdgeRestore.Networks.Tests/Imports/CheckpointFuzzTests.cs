using EdgeRestore.Networks.Imports;

namespace EdgeRestore.Networks.Tests.Imports;

/// <summary>Files of PyTorch with seeded damage: they end in tensors or in our error, within bounds.</summary>
public sealed class CheckpointFuzzTests
{
    private const int Rounds = 4000;

    // Of the 12 kB (or 500 kB) that are read; a length that is believed takes gigabytes.
    private const long MaxAllocatedBytes = 64 << 20;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("legacy.pth", 1)]
    [InlineData("zip.pth", 2)]
    [InlineData("protocol4.pth", 3)]
    public async Task Open_AnyBytesChanged_GivesTensorsOrOurError(string file, int seed)
    {
        var bytes = File.ReadAllBytes("Golden/checkpoints/" + file);

        var (_, refused) = await Run(seed, random => Mutate(bytes, random));

        Assert.InRange(refused, Rounds / 10, Rounds);
    }

    // With checksums that are right again: else the checksum finds what the pickle's reader is to find.
    [Theory]
    [InlineData("checkpoints/zip.pth", 4)]
    [InlineData("checkpoints/protocol4.pth", 5)]
    public async Task Open_PickleChangedUnderARightChecksum_GivesTensorsOrOurError(string file, int seed)
    {
        var entries = TestZip.Read("Golden/" + file);

        var (read, refused) = await Run(seed, random => TestZip.Of(
            [.. entries.Select(entry => entry.Name.EndsWith("data.pkl", StringComparison.Ordinal)
                ? (entry.Name, Mutate(entry.Data, random))
                : entry)]));

        Assert.InRange(read, 1, Rounds);
        Assert.InRange(refused, Rounds / 10, Rounds);
    }

    private static Task<(int Read, int Refused)> Run(int seed, Func<Random, byte[]> create) => Task.Run(() =>
    {
        var random = new Random(seed);
        var (read, refused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var file = create(random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var error = Record.Exception(() => ReadAll(file));
            Assert.True(error is null or EdgeRestoreException, $"Round {round} of seed {seed}: {error}");
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
            (read, refused) = error is null ? (read + 1, refused) : (read, refused + 1);
        }

        return (read, refused);
    }).WaitAsync(Timeout);

    private static void ReadAll(byte[] file)
    {
        using var checkpoint = CheckpointFile.Open(new MemoryStream(file), "test");
        foreach (var set in checkpoint.Sets)
        {
            foreach (var tensor in checkpoint.Choose(set.Name).Tensors.Values)
            {
                checkpoint.Read(tensor);
            }
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var place = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[place] = (byte)"\u00ff\u007f\u0080(.]}tRQbujr0)X"[random.Next(17)];
                    break;
                case 3:
                    bytes.RemoveRange(place, Math.Min(random.Next(1, 9), bytes.Count - place - 1));
                    break;
                case 4:
                    bytes.InsertRange(place, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 9)));
                    break;
                case 5:
                    // Lengths, counts and offsets stand in four or eight bytes.
                    for (var offset = 0; offset < 4 && place + offset < bytes.Count; offset++)
                    {
                        bytes[place + offset] = 0xFF;
                    }

                    break;
                default:
                    var from = random.Next(original.Length);
                    var length = Math.Min(random.Next(1, 40), original.Length - from);
                    bytes.InsertRange(place, original.AsSpan(from, length).ToArray());
                    break;
            }
        }

        return [.. bytes];
    }
}
