using System.Buffers.Binary;
using EdgeRestore.Networks.Imports;

namespace EdgeRestore.Networks.Tests.Imports;

/// <summary>Checkpoints made to do harm: each ends in one error that says what was found.</summary>
public sealed class HostileCheckpointTests
{
    // A reader that believes a length, or unfolds what the file folds, takes more than this at once.
    private const long MaxAllocatedBytes = 512 << 20;

    private static readonly Dictionary<string, (TestPickle Pickle, string Found)> Pickles = new()
    {
        ["runs a command"] = (
            TestPickle.Empty.Global("os", "system").Op('(').Text("id").Op('t').Op('R'), "asks for 'os.system'"),
        ["runs a command by its new name"] = (
            TestPickle.Empty.Text("posix").Text("system").Add(0x93), "asks for 'posix.system'"),
        ["reaches through an allowed name"] = (
            TestPickle.Empty.Text("torch").Text("_utils._rebuild_tensor_v2").Add(0x93), "asks for 'torch._utils._re"),
        ["control characters in a name"] = (
            TestPickle.Empty.Global("\u001b[2Jos", "system"), "asks for '?[2Jos.system'"),
        ["makes an object"] = (TestPickle.Empty.Op('}').Op(')').Add(0x81), "opcode NEWOBJ"),
        ["makes an instance"] = (TestPickle.Empty.Op('(').Op('i'), "opcode INST"),
        ["asks for an extension"] = (TestPickle.Empty.Add(0x82, 1), "opcode EXT1"),
        ["no opcode"] = (TestPickle.Empty.Add(0xFF), "opcode 0xff, which pickle does not have"),
        ["later protocol"] = (TestPickle.Empty.Add(0x80, 9), "has protocol 9"),
        ["long text"] = (TestPickle.Empty.Op('X').Add(0xFF, 0xFF, 0xFF, 0xFF), "asks for 4294967295 bytes"),
        ["text that is no UTF-8"] = (TestPickle.Empty.Op('X').Add(1, 0, 0, 0, 0xFF), "not UTF-8"),
        ["large integer"] = (TestPickle.Empty.Add(0x8A, 17).Add(new byte[17]), "an integer of 17 bytes"),
        ["long name"] = (TestPickle.Empty.Global(new string('a', 300), "b"), "a name of more than 200 bytes"),
        ["recalls what was not remembered"] = (TestPickle.Empty.Op('h').Add(3), "recalls value 3 of 0"),
        ["remembers far away"] = (
            TestPickle.Empty.Op('}').Op('r').Add(0xFF, 0xFF, 0xFF, 0x7F), "remembers value 2147483647 after 0 others"),
        ["empty stack"] = (TestPickle.Empty.Op('R'), "takes a value where there is none"),
        ["below the mark"] = (TestPickle.Empty.Op('}').Text("a").Op('(').Op('s'), "takes a value where there is none"),
        ["no mark"] = (TestPickle.Empty.Op('t'), "up to a mark where there is none"),
        ["values left over"] = (TestPickle.Empty.Op('}').Op('}'), "stops with values left over"),
        ["no value"] = (TestPickle.Empty, "takes a value where there is none"),
        ["attributes of a list"] = (TestPickle.Empty.Op(']').Op('}').Op('b'), "(BUILD) to what is no dictionary"),
        ["appends to a dictionary"] = (TestPickle.Empty.Op('}').Op('}').Op('a'), "appends to what is no list"),
        ["calls a storage class"] = (
            TestPickle.Empty.Global("torch", "FloatStorage").Op(')').Op('R'), "calls what is not a function"),
        ["calls a text"] = (TestPickle.Empty.Text("a").Op(')').Op('R'), "calls what is not a function"),
        ["rebuilds from nothing"] = (
            TestPickle.Empty.Global("torch._utils", "_rebuild_tensor_v2").Op(')').Op('R'), "with other arguments"),
        ["a key that is a dictionary"] = (
            TestPickle.Empty.Dictionary(fill => fill.Op('}').Op('}')), "keys are not text or numbers"),
        ["a name twice"] = (
            TestPickle.Empty.Dictionary(fill => fill.Text("a").Op('N').Text("a").Op('N')), "has 'a' twice"),
        ["a module"] = (
            TestPickle.Empty.Op('(').Text("module").Op('}').Text("x.py").Text("import os").Op('t').Op('Q'),
            "it holds a module with its code"),
        ["a number as persistent id"] = (TestPickle.Empty.Number(7).Op('Q'), "refers to an array in another way"),
        ["no dictionary"] = (TestPickle.Empty.Op(']'), "its outermost value is no dictionary"),
        ["a bare tensor"] = (TestPickle.Empty.Tensor("0", 4, 0, [4], [1]), "one tensor without a name"),
        ["no tensors"] = (TestPickle.Empty.Op('}'), "without a dictionary of tensors"),
        ["array that is not there"] = (
            Named(pickle => pickle.Tensor("11", 4, 0, [4], [1])), "which the file does not hold"),
        ["array outside of its folder"] = (
            Named(pickle => pickle.Tensor("../version", 4, 0, [4], [1])), "which the file does not hold"),
        ["array that is longer"] = (
            Named(pickle => pickle.Tensor("0", 5, 0, [5], [1])), "of which the file holds 16 bytes"),
        ["array of more than the file"] = (
            Named(pickle => pickle.Tensor("0", long.MaxValue, 0, [4], [1])), "one that is larger than the file"),
        ["array in two ways"] = (
            Named(pickle => pickle.Tensor("0", 4, 0, [4], [1]).Text("y").Array("0", 2, "DoubleStorage")),
            "describes otherwise elsewhere"),
        ["view outside"] = (
            Named(pickle => pickle.Tensor("0", 4, 1, [4], [1])),
            "(4) with strides (1) from 1, outside of its array '0' of 4 elements"),
        ["negative offset"] = (Named(pickle => pickle.Tensor("0", 4, -1, [4], [1])), "may be negative"),
        ["negative stride"] = (Named(pickle => pickle.Tensor("0", 4, 3, [4], [-1])), "may be negative"),
        ["negative size"] = (Named(pickle => pickle.Tensor("0", 4, 0, [-4], [1])), "may be negative"),
        ["sizes that wrap around"] = (
            Named(pickle => pickle.Tensor("0", 4, 0, [1L << 32, 1L << 32], [0, 0])), "outside of its array"),
        ["strides that wrap around"] = (
            Named(pickle => pickle.Tensor("0", 4, 0, [3], [1L << 62])), "outside of its array"),
        ["many axes"] = (
            Named(pickle => pickle.Tensor("0", 4, 0, new long[9], new long[9])), "a tensor of 9 axes"),
        ["axes without strides"] = (Named(pickle => pickle.Tensor("0", 4, 0, [2, 2], [1])), "has 2 axes and 1 strides"),
        ["one element a billion times"] = (
            Named(pickle => pickle.Tensor("0", 4, 0, [1_000_000_000], [0])), "its tensors overlap"),
        ["the same elements again and again"] = (
            TestPickle.Empty.Dictionary(fill => Enumerable.Range(0, 400).ToList().ForEach(
                index => fill.Text($"t{index}").Tensor("0", 4, 0, [100, 100], [0, 0]))),
            "its tensors overlap"),
        ["memo bomb"] = (MemoBomb(), "without a dictionary of tensors"),
        ["a long name over many dictionaries"] = (
            TestPickle.Empty.Dictionary(outer => outer.Text(new string('a', 1_000_000)).Dictionary(
                inner => Enumerable.Range(0, 2000).ToList().ForEach(index => inner.Text($"{index}").Op('}')))),
            "without a dictionary of tensors"),
        ["deep nesting"] = (
            TestPickle.Empty.Repeat(100_000, pickle => pickle.Op(']')).Repeat(99_999, pickle => pickle.Op('a')),
            "its outermost value is no dictionary"),
        ["in itself"] = (
            TestPickle.Empty.Op('}').Op('q').Add(0).Text("a").Op('h').Add(0).Op('s'), "without a dictionary of"),
        ["opcodes without end"] = (
            TestPickle.Empty.Repeat(1_000_001, pickle => pickle.Op('}')), "more than 1000000 opcodes"),
    };

    private static readonly Dictionary<string, (Func<byte[], byte[]> Change, string Found)> Zips = new()
    {
        ["two entries of one name"] = (
            _ => TestZip.Of(("a/data.pkl", [1]), ("a/data.pkl", [2])), "two entries 'a/data.pkl'"),
        ["two pickles"] = (_ => TestZip.Of(("a/data.pkl", [1]), ("b/data.pkl", [2])), "with 2 entries '*/data.pkl'"),
        ["no pickle"] = (_ => TestZip.Of(("a/b/data.pkl", [1])), "with 0 entries '*/data.pkl'"),
        ["TorchScript"] = (_ => TestZip.Of(("a/data.pkl", [1]), ("a/constants.pkl", [2])), "a TorchScript program"),
        ["big-endian"] = (
            _ => TestZip.Of(("a/data.pkl", [1]), ("a/byteorder", "big"u8.ToArray())), "not little-endian"),
        ["compressed"] = (zip => Patch(zip, Central(zip) + 10, 8), "'archive/data.pkl' is compressed (method 8)"),
        ["encrypted"] = (zip => Patch(zip, Central(zip) + 8, 1), "'archive/data.pkl' is encrypted"),
        ["longer than its bytes"] = (
            zip => Patch(zip, Central(zip) + 24, 0xFF), "is stored, but claims"),
        ["directory past the end"] = (zip => Patch(zip, zip.Length - 6 + 2, 0x7F), "its directory claims 12 entries"),
        ["more entries than bytes"] = (zip => Patch(zip, zip.Length - 12 + 1, 0xFF), "its directory claims"),
        ["entry inside another"] = (Overlapping, "overlaps another one"),
        ["other name in front of the data"] = (zip => Patch(zip, 30, (byte)'X'), "disagree about the entry"),
        ["pickle changed"] = (zip => Patch(zip, 30 + "archive/data.pkl".Length + 2, (byte)'N'), "have the checksum"),
        ["file in front"] = (zip => [.. zip[..4], .. new byte[100], .. zip[4..]], "is cut off or no entry"),
    };

    public static TheoryData<string> PickleNames => [.. Pickles.Keys];

    public static TheoryData<string> ZipNames => [.. Zips.Keys];

    [Theory]
    [MemberData(nameof(PickleNames))]
    public void Open_HostilePickle_IsRefusedByName(string name)
    {
        var (pickle, found) = Pickles[name];

        AssertRefused(pickle.ToCheckpoint(), found);
    }

    [Theory]
    [MemberData(nameof(ZipNames))]
    public void Open_HostileZip_IsRefusedByName(string name)
    {
        var (change, found) = Zips[name];

        AssertRefused(change(Named(pickle => pickle.Tensor("0", 4, 0, [4], [1])).ToCheckpoint()), found);
    }

    [Theory]
    [InlineData(0, "0", 4, 5, "its array '0' has 5 elements, its pickle says 4")]
    [InlineData(0, "0", 4, -1, "its array '0' has -1 elements, its pickle says 4")]
    [InlineData(0, "1", 4, 4, "names one that is not there")]
    [InlineData(0, null, 4, 4, "its array '0' is not in the file")]
    [InlineData(8, "0", 4, 4, "within its array '0'")]
    [InlineData(0, "0", 400_000, 400_000, "one that is larger than the file")]
    public void Open_HostileFileFromBefore16_IsRefusedByName(
        int missingBytes, string? key, long count, long statedCount, string found)
    {
        var magic = TestPickle.Empty.Add(0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19);
        var keys = TestPickle.Empty.Op(']');
        if (key is not null)
        {
            keys.Text(key).Op('a');
        }

        byte[] file =
        [
            .. magic.ToArray(), .. TestPickle.Empty.Number(1001).ToArray(), .. TestPickle.Empty.Op('}').ToArray(),
            .. Named(pickle => pickle.Tensor("0", count, 0, [2], [1])).ToArray(), .. keys.ToArray(),
            .. BitConverter.GetBytes(statedCount), .. new byte[16 - missingBytes],
        ];

        AssertRefused(file, found);
    }

    [Fact]
    public void Open_TheSamePickleUnharmed_IsRead()
    {
        using var checkpoint = CheckpointFile.Open(
            new MemoryStream(Named(pickle => pickle.Tensor("0", 4, 1, [3], [1])).ToCheckpoint()), "test");

        Assert.Equal([2, 3, 4], checkpoint.Read(checkpoint.Choose().Tensors["x"]));
    }

    [Theory]
    [InlineData("zip.pth")]
    [InlineData("legacy.pth")]
    public void Open_CutAnywhere_FailsWithOurError(string file)
    {
        var bytes = File.ReadAllBytes("Golden/checkpoints/" + file);

        for (var length = 0; length < bytes.Length; length += 7)
        {
            Assert.Throws<EdgeRestoreException>(() => CheckpointFile.Open(new MemoryStream(bytes[..length]), "test"));
        }
    }

    private static TestPickle Named(Action<TestPickle> value) =>
        TestPickle.Empty.Dictionary(fill => value(fill.Text("x")));

    // Each dictionary holds the one before ten times, fifteen times over: 10^15 of them for who unfolds them.
    private static TestPickle MemoBomb() => TestPickle.Empty.Dictionary(outer =>
    {
        outer.Text("0").Op('}').Op('q').Add(0);
        for (byte level = 0; level < 15; level++)
        {
            outer.Text($"{level + 1}").Op('}').Op('q').Add((byte)(level + 1)).Op('(');
            for (var copy = 0; copy < 10; copy++)
            {
                outer.Text($"{copy}").Op('h').Add(level);
            }

            outer.Op('u');
        }
    });

    private static void AssertRefused(byte[] file, string found)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.Throws<EdgeRestoreException>(() =>
        {
            using var checkpoint = CheckpointFile.Open(new MemoryStream(file), "test");
            checkpoint.Choose();
        });

        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("'test' cannot be imported: ", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 50, 1500);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
    }

    private static int Central(byte[] zip) => BinaryPrimitives.ReadInt32LittleEndian(zip.AsSpan(zip.Length - 6));

    private static byte[] Patch(byte[] zip, int place, byte value)
    {
        zip[place] = value;
        return zip;
    }

    // The second entry's header becomes the first's data: both claim the same bytes.
    private static byte[] Overlapping(byte[] zip)
    {
        var inner = TestZip.Of(("archive/data/0", new byte[16]));
        var outer = TestZip.Of(("archive/data.pkl", inner[..(30 + 14 + 16)]), ("archive/data/0", new byte[16]));
        var second = Central(outer) + 46 + "archive/data.pkl".Length;
        BinaryPrimitives.WriteInt32LittleEndian(outer.AsSpan(second + 42), 30 + "archive/data.pkl".Length);
        return outer;
    }
}
