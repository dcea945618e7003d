namespace EdgeRestore.Packages;

/// <summary>One file that <see cref="PackageWriter"/> is to write.</summary>
/// <param name="Path">Relative to the package, forward slashes.</param>
/// <param name="WriteTo">Writes the file's bytes to a stream that it does not close.</param>
public sealed record PackageContent(string Path, Action<Stream> WriteTo)
{
    public static PackageContent FromBytes(string path, ReadOnlyMemory<byte> bytes) =>
        new(path, stream => stream.Write(bytes.Span));

    public static PackageContent FromFile(string path, string sourcePath) => new(path, stream =>
    {
        using var source = File.OpenRead(sourcePath);
        source.CopyTo(stream);
    });
}
