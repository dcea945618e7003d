using System.Buffers.Binary;
using System.Text;

namespace EdgeRestore.Networks.Tests.Imports;

/// <summary>Pickles opcode by opcode, as no pickler would write them.</summary>
internal sealed class TestPickle
{
    private readonly MemoryStream bytes = new();

    public TestPickle() => Add(0x80, 2);

    public static TestPickle Empty => new();

    public TestPickle Add(params ReadOnlySpan<byte> raw)
    {
        bytes.Write(raw);
        return this;
    }

    public TestPickle Op(char opcode) => Add((byte)opcode);

    public TestPickle Text(string text)
    {
        var encoded = Encoding.UTF8.GetBytes(text);
        return Op('X').Add(BitConverter.GetBytes(encoded.Length)).Add(encoded);
    }

    public TestPickle Number(long value)
    {
        Span<byte> digits = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(digits, value);
        return Add(0x8A, sizeof(long)).Add(digits);
    }

    public TestPickle Global(string module, string member) =>
        Op('c').Add(Encoding.UTF8.GetBytes($"{module}\n{member}\n"));

    /// <summary>The persistent id of an array, loaded.</summary>
    public TestPickle Array(string key, long count, string type = "FloatStorage") => Op('(').Text("storage")
        .Global("torch", type).Text(key).Text("cpu").Number(count).Op('t').Op('Q');

    /// <summary>A tensor of an array, as torch.save describes it.</summary>
    public TestPickle Tensor(string key, long count, long offset, long[] shape, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Array(key, count).Number(offset).Numbers(shape)
            .Numbers(strides).Add(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');

    /// <summary>A dictionary with what an action puts into it, as keys and values in turn.</summary>
    public TestPickle Dictionary(Action<TestPickle> fill)
    {
        Op('}').Op('(');
        fill(this);
        return Op('u');
    }

    public TestPickle Repeat(int count, Action<TestPickle> add)
    {
        for (var index = 0; index < count; index++)
        {
            add(this);
        }

        return this;
    }

    public byte[] ToArray() => [.. bytes.ToArray(), (byte)'.'];

    /// <summary>As torch.save would put it into a file, with arrays of four floats named 0 to 9.</summary>
    public byte[] ToCheckpoint()
    {
        byte[] array = [.. new[] { 1f, 2f, 3f, 4f }.SelectMany(BitConverter.GetBytes)];
        return TestZip.Of(
        [
            ("archive/data.pkl", ToArray()),
            .. Enumerable.Range(0, 10).Select(key => ($"archive/data/{key}", array)),
            ("archive/version", "3\n"u8.ToArray()),
        ]);
    }

    private TestPickle Numbers(long[] values)
    {
        Op('(');
        foreach (var value in values)
        {
            Number(value);
        }

        return Op('t');
    }
}
