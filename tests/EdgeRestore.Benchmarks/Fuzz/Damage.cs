namespace EdgeRestore.Benchmarks.Fuzz;

/// <summary>What goes wrong with bytes on their way.</summary>
internal static class Damage
{
    // Lengths and counts are found at the edges of what they hold.
    private static readonly byte[] Edges = [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF];

    /// <summary>A damaged copy; one in five is sound. Mostly near the start, where headers and lengths are.</summary>
    public static byte[] Of(ReadOnlySpan<byte> sound, Random random)
    {
        var bytes = new List<byte>(sound.Length + 16);
        bytes.AddRange(sound);
        for (var count = random.Next(0, 5); count > 0 && bytes.Count > 0; count--)
        {
            var place = random.Next(0, random.Next(3) > 0 ? Math.Min(64, bytes.Count) : bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[place] = Edges[random.Next(Edges.Length)];
                    break;
                case 2:
                    bytes.Insert(place, (byte)random.Next(256));
                    break;
                case 3:
                    bytes.RemoveAt(place);
                    break;
                case 4:
                    bytes.RemoveRange(place, bytes.Count - place);
                    break;
                default:
                    bytes.InsertRange(place, sound[..random.Next(0, Math.Min(64, sound.Length))]);
                    break;
            }
        }

        return [.. bytes];
    }
}
