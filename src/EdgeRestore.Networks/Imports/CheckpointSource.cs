namespace EdgeRestore.Networks.Imports;

/// <summary>A file that is believed nothing: reads inside of it at any place, and says what is wrong with it.</summary>
internal sealed class CheckpointSource : IDisposable
{
    /// <summary>What to do about a file that contradicts itself.</summary>
    public const string Damaged = "The file is damaged, or made to be: copy it again from where it came from.";

    /// <summary>What to do about a file that holds more than weights.</summary>
    public const string SaveAgain =
        "If you trust where it came from, load it in PyTorch and save the weights alone: "
        + "torch.save({'params': model.state_dict()}, path).";

    public CheckpointSource(Stream stream, string name)
    {
        Name = name;
        Stream = stream;
        Length = stream.CanSeek
            ? stream.Length
            : throw Unusable("it is not a regular file", "Copy it to a file first.");
    }

    public string Name { get; }

    public Stream Stream { get; }

    public long Length { get; }

    /// <summary>Fills the bytes from a place in the file.</summary>
    public void ReadAt(long position, Span<byte> bytes)
    {
        if (position < 0 || position > Length || bytes.Length > Length - position)
        {
            throw Unusable($"it ends after {Length} bytes, where {bytes.Length} at {position} are asked for", Damaged);
        }

        try
        {
            Stream.Position = position;
            Stream.ReadExactly(bytes);
        }
        catch (IOException error)
        {
            throw Unusable($"it cannot be read at byte {position} ({error.Message})", "Copy it again.", error);
        }
    }

    public EdgeRestoreException Unusable(string found, string remedy, Exception? cause = null) =>
        new($"'{Name}' cannot be imported: {found}. {remedy}", cause!);

    public void Dispose() => Stream.Dispose();
}
