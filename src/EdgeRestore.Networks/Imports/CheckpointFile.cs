namespace EdgeRestore.Networks.Imports;

/// <summary>
/// A checkpoint of PyTorch (zip, or from before version 1.6) or a safetensors file, read as data: nothing in it is
/// executed.
/// </summary>
/// <remarks>
/// Opening reads the description of the tensors; their values stay in the file until they are asked for.
/// </remarks>
public sealed class CheckpointFile : IDisposable
{
    // BasicSR's names first, the average of the weights before the weights; then what others call theirs.
    private static readonly string[] Preferred =
        ["params_ema", "params", "ema", "state_dict", "model_state_dict", "model", "net", ""];

    private readonly CheckpointSource source;

    private CheckpointFile(CheckpointSource source, string format, IReadOnlyList<TensorSet> sets)
    {
        this.source = source;
        Format = format;
        Sets = sets;
    }

    /// <summary>What the file turned out to be, in words.</summary>
    public string Format { get; }

    /// <summary>The dictionaries of tensors in the file, outer ones first.</summary>
    public IReadOnlyList<TensorSet> Sets { get; }

    /// <exception cref="EdgeRestoreException">The file is not there, or not what it should be.</exception>
    public static CheckpointFile Open(string path)
    {
        FileStream stream;
        try
        {
            stream = File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EdgeRestoreException($"Checkpoint '{path}' cannot be opened: {error.Message}", error);
        }

        return Open(stream, path);
    }

    /// <param name="stream">Can seek; disposed with the result.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="EdgeRestoreException">The stream does not hold what it should.</exception>
    public static CheckpointFile Open(Stream stream, string name)
    {
        try
        {
            var source = new CheckpointSource(stream, name);
            var (format, sets) = Read(source);
            return sets.Count > 0
                ? new(source, format, sets)
                : throw source.Unusable(
                    $"it is {format} without a dictionary of tensors", CheckpointSource.SaveAgain);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The set of a name or, without one, that which is most likely meant.</summary>
    /// <exception cref="EdgeRestoreException">There is no such set, or it claims more than the file holds.</exception>
    public TensorSet Choose(string? name = null)
    {
        var chosen = name is null
            ? Preferred.Select(Find).FirstOrDefault(set => set is not null) ?? (Sets.Count == 1 ? Sets[0] : null)
            : Find(name);
        if (chosen is null)
        {
            throw source.Unusable(
                (name is null ? "it does not say which of its sets of tensors to take" : $"it has no set '{name}'")
                + $"; found: {string.Join(", ", Sets.Select(set => $"'{set.Name.Shown()}'").Take(20))}",
                "Name one of them with --take.");
        }

        // A tensor's values are in the file once. Views that overlap could claim them again and again.
        var claimed = chosen.Tensors.Values.Sum(tensor => (double)Math.Max(tensor.Span, tensor.ElementCount));
        return claimed <= source.Length
            ? chosen
            : throw source.Unusable(
                $"its tensors overlap: together they have {claimed} elements in a file of {source.Length} bytes",
                CheckpointSource.SaveAgain);
    }

    /// <summary>The values of one of the file's tensors as float32, in row-major order.</summary>
    public float[] Read(StoredTensor tensor) => tensor.Read(source);

    public void Dispose() => source.Dispose();

    internal EdgeRestoreException Unusable(string found, string remedy) => source.Unusable(found, remedy);

    private TensorSet? Find(string name) => Sets.FirstOrDefault(set => set.Name == name);

    private static (string Format, IReadOnlyList<TensorSet> Sets) Read(CheckpointSource source)
    {
        var start = new byte[(int)Math.Min(16, source.Length)];
        source.ReadAt(0, start);
        return start switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => ("a PyTorch file (zip)", TorchZip.Read(source)),
            [0x80, >= 2 and <= 5, ..] => ("a PyTorch file from before version 1.6", TorchLegacy.Read(source)),
            [_, _, _, _, _, _, 0, 0, (byte)'{', ..] => ("a safetensors file", SafetensorsSets.Read(source)),
            _ => throw source.Unusable(
                source.Length == 0 ? "it is empty" : $"it begins with the bytes {Convert.ToHexString(start)}",
                "Allowed are PyTorch files (.pth, .pt, .ckpt) and safetensors. PyTorch files from before 2017 (tar) "
                + "and other formats: " + CheckpointSource.SaveAgain),
        };
    }
}
