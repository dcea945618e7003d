namespace EdgeRestore.Networks.Imports;

/// <summary>What torch.save writes since version 1.6: a zip file with a pickle and one entry per array.</summary>
internal static class TorchZip
{
    private const string PickleName = "data.pkl";

    public static IReadOnlyList<TensorSet> Read(CheckpointSource source)
    {
        var entries = ZipDirectory.Read(source).Entries;
        var (name, pickle) = FindPickle(source, entries);
        var folder = name[..^PickleName.Length];
        if (entries.TryGetValue(folder + "byteorder", out var order))
        {
            CheckByteOrder(source, order);
        }

        var found = Crc32.Of(source, pickle.Begin, pickle.Length);
        if (found != pickle.Crc32)
        {
            throw source.Unusable(
                $"the bytes of '{name.Shown()}' have the checksum {found:x8}, the file says {pickle.Crc32:x8}",
                CheckpointSource.Damaged);
        }

        var arrays = new Dictionary<string, StoredArray>(StringComparer.Ordinal);
        var globals = new TorchGlobals(source, (key, type, count) =>
        {
            if (arrays.TryGetValue(key, out var known) && known.Type == type && known.Count == count)
            {
                return known;
            }

            var array = new StoredArray(key, type, count);
            if (!entries.TryGetValue($"{folder}data/{key}", out var entry) || entry.Length != array.LengthBytes
                || !arrays.TryAdd(key, array))
            {
                throw source.Unusable(
                    $"its pickle has the array '{key.Shown()}' with {count} elements of {type}, "
                    + (arrays.ContainsKey(key) ? "which it describes otherwise elsewhere"
                        : entry == default ? "which the file does not hold"
                        : $"of which the file holds {entry.Length} bytes"),
                    CheckpointSource.Damaged);
            }

            array.Begin = entry.Begin;
            array.Crc32 = entry.Crc32;
            return array;
        });
        return TorchSets.Find(
            new PickleReader(source, globals, new(source, pickle.Begin, pickle.Length)).Read(), source);
    }

    private static (string Name, ZipEntry Entry) FindPickle(
        CheckpointSource source, IReadOnlyDictionary<string, ZipEntry> entries)
    {
        // One folder holds all; its name is the file's at the time of saving, or "archive".
        var pickles = entries
            .Where(entry => entry.Key.EndsWith("/" + PickleName, StringComparison.Ordinal)
                && entry.Key.IndexOf('/', StringComparison.Ordinal) == entry.Key.Length - PickleName.Length - 1)
            .ToList();
        if (pickles is not [var (name, pickle)])
        {
            throw source.Unusable(
                $"it is a zip file with {pickles.Count} entries '*/{PickleName}', where a PyTorch file has one",
                "Name the .pth or .pt file itself.");
        }

        return entries.ContainsKey(name[..^PickleName.Length] + "constants.pkl")
            ? throw source.Unusable("it is a TorchScript program, not weights alone", CheckpointSource.SaveAgain)
            : (name, pickle);
    }

    private static void CheckByteOrder(CheckpointSource source, ZipEntry entry)
    {
        var order = new byte[(int)Math.Min(entry.Length, 16)];
        source.ReadAt(entry.Begin, order);
        if (!order.AsSpan().SequenceEqual("little"u8))
        {
            throw source.Unusable(
                "its numbers are not little-endian", "Save it again in PyTorch on a little-endian machine.");
        }
    }
}
