using System.Buffers.Binary;

namespace EdgeRestore.Networks.Imports;

/// <summary>
/// What torch.save wrote before version 1.6: five pickles (magic number, protocol, system, value, keys of arrays), then
/// the arrays in the order of the keys, each behind its element count.
/// </summary>
internal static class TorchLegacy
{
    // torch/serialization.py: MAGIC_NUMBER, PROTOCOL_VERSION.
    private static readonly Int128 Magic = new(0x1950, 0xa86a20f9469cfc6c);
    private const long Protocol = 1001;

    public static IReadOnlyList<TensorSet> Read(CheckpointSource source)
    {
        var arrays = new Dictionary<string, StoredArray>(StringComparer.Ordinal);
        var globals = new TorchGlobals(source, (key, type, count) =>
        {
            if (!arrays.TryGetValue(key, out var array))
            {
                arrays.Add(key, array = new(key, type, count));
            }

            return array.Type == type && array.Count == count
                ? array
                : throw Invalid(source, $"its pickle describes the array '{key.Shown()}' in two ways");
        });
        var bytes = new PickleBytes(source, 0, source.Length);
        var reader = new PickleReader(source, globals, bytes);
        if (reader.Read() is not Int128 magic || magic != Magic || reader.Read() is not Protocol)
        {
            throw source.Unusable("it is a pickle, but not one of PyTorch", CheckpointSource.SaveAgain);
        }

        CheckSystem(source, reader.Read());
        var root = reader.Read();
        if (reader.Read() is not PickleList keys)
        {
            throw Invalid(source, "it has no list of its arrays behind its pickle");
        }

        Place(source, keys, arrays, bytes.Position);
        return TorchSets.Find(root, source);
    }

    private static void CheckSystem(CheckpointSource source, object? system)
    {
        if (system is not PickleDictionary dictionary
            || (dictionary.Items.TryGetValue("little_endian", out var little) && little is not true))
        {
            throw source.Unusable(
                "its numbers are not little-endian", "Save it again in PyTorch on a little-endian machine.");
        }
    }

    private static void Place(
        CheckpointSource source, PickleList keys, Dictionary<string, StoredArray> arrays, long position)
    {
        Span<byte> count = stackalloc byte[sizeof(long)];
        foreach (var item in keys.Items)
        {
            if (item is not string key || !arrays.TryGetValue(key, out var array) || array.Begin >= 0)
            {
                throw Invalid(source, "its list of arrays names one that is not there, or one twice");
            }

            source.ReadAt(position, count);
            if (BinaryPrimitives.ReadInt64LittleEndian(count) != array.Count)
            {
                throw Invalid(
                    source,
                    $"its array '{key.Shown()}' has {BinaryPrimitives.ReadInt64LittleEndian(count)} elements, "
                    + $"its pickle says {array.Count}");
            }

            array.Begin = position + count.Length;
            position = array.Begin + array.LengthBytes;
            if (position > source.Length)
            {
                throw Invalid(source, $"it ends after {source.Length} bytes, within its array '{key.Shown()}'");
            }
        }

        if (arrays.Values.FirstOrDefault(array => array.Begin < 0) is { } missing)
        {
            throw Invalid(source, $"its array '{missing.Key.Shown()}' is not in the file");
        }
    }

    private static EdgeRestoreException Invalid(CheckpointSource source, string found) =>
        source.Unusable(found, CheckpointSource.Damaged);
}
