using Google.Protobuf;

namespace EdgeRestore.Onnx;

/// <summary>A graph with what an ONNX file says about it.</summary>
public sealed class OnnxFile(Graph graph)
{
    /// <summary>The opset that files are written in unless told otherwise: the first with LayerNormalization.</summary>
    public const int DefaultOpset = 17;

    // IR version 8 is the lowest that knows opset 17; ONNX Runtime reads all older ones.
    internal const long IrVersion = 8;

    public Graph Graph { get; } = graph;

    /// <summary>Versions of the operator sets by domain; ONNX's own has the empty name.</summary>
    public SortedDictionary<string, long> Opsets { get; } = new(StringComparer.Ordinal) { [""] = DefaultOpset };

    public string ProducerName { get; init; } = "EdgeRestore";

    public string ProducerVersion { get; init; } = "";

    /// <summary>Free text, written in the order of its keys.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>The same file with another graph.</summary>
    public OnnxFile WithGraph(Graph graph)
    {
        var file = new OnnxFile(graph) { ProducerName = ProducerName, ProducerVersion = ProducerVersion };
        file.Opsets.Clear();
        foreach (var (domain, version) in Opsets)
        {
            file.Opsets.Add(domain, version);
        }

        foreach (var (key, value) in Metadata)
        {
            file.Metadata.Add(key, value);
        }

        return file;
    }

    /// <summary>The file's bytes; the same graph gives the same bytes.</summary>
    /// <param name="externalData">Takes the large tensors; none to keep everything in one file.</param>
    /// <exception cref="OnnxException">The graph does not hold together.</exception>
    public byte[] ToBytes(ExternalData? externalData = null)
    {
        Graph.Validate();
        return new ProtoWriter(externalData).Write(this).ToByteArray();
    }

    /// <summary>The file's bytes for a reader beside the file that it was read from: what lay in other files stays there.</summary>
    /// <exception cref="OnnxException">The graph does not hold together.</exception>
    public byte[] ToBytesInPlace()
    {
        Graph.Validate();
        return new ProtoWriter(null, keepsPlaces: true).Write(this).ToByteArray();
    }

    /// <summary>Reads a file, and the tensors that it keeps in files beside it.</summary>
    /// <exception cref="OnnxException">The file is not there, not ONNX, or not valid.</exception>
    public static OnnxFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path, Path.GetDirectoryName(Path.GetFullPath(path)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OnnxException($"ONNX file '{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads a file from memory.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="directory">Where tensors outside the file are looked for; none to refuse them.</param>
    /// <exception cref="OnnxException">The bytes are not ONNX, or not valid.</exception>
    public static OnnxFile Parse(ReadOnlySpan<byte> bytes, string name, string? directory = null)
    {
        Protobuf.ModelProto proto;
        try
        {
            proto = Protobuf.ModelProto.Parser.ParseFrom(bytes.ToArray());
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new OnnxException($"'{name}' is not an ONNX file: {error.Message}", error);
        }

        using var reader = new ProtoReader(name, directory);
        var file = reader.Read(proto);
        file.Graph.Validate();
        return file;
    }
}
