using EdgeRestore.Networks.Imports;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Tests.Imports;

/// <summary>Files that PyTorch wrote (Golden/checkpoints/make.py), and where they end.</summary>
public sealed class CheckpointFileTests
{
    private const string Folder = "Golden/checkpoints/";

    public static TheoryData<string> Files => ["zip.pth", "legacy.pth", "protocol4.pth"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_EveryTypeAndView_GivesTheValuesThatPyTorchHad(string file)
    {
        using var checkpoint = CheckpointFile.Open(Folder + file);

        foreach (var (name, scale) in new[] { ("params", 1), ("params_ema", 2) })
        {
            var tensors = checkpoint.Choose(name).Tensors;
            foreach (var type in new[] { "float", "half", "bfloat", "double", "long", "int", "short", "char", "byte" })
            {
                AssertTensor(checkpoint, tensors[type], [2, 3, 4], index => index * scale);
            }

            AssertTensor(checkpoint, tensors["bool"], [24], index => index % 3 == 0 ? 1 : 0);
            AssertTensor(checkpoint, tensors["transposed"], [6, 4], index => (index % 4 * 6 + index / 4) * scale);
            AssertTensor(
                checkpoint, tensors["permuted"], [4, 2, 3],
                index => (index / 3 % 2 * 12 + index % 3 * 4 + index / 6) * scale);
            AssertTensor(checkpoint, tensors["every_other"], [12], index => (2 * index + 1) * scale);
            AssertTensor(checkpoint, tensors["expanded"], [3, 5], index => index / 5 * scale);
            AssertTensor(checkpoint, tensors["scalar"], [], _ => 2.5f * scale);
            AssertTensor(checkpoint, tensors["empty"], [0, 3], _ => 0);
            AssertTensor(checkpoint, tensors["parameter"], [2], index => index * scale);
            Assert.Equal(17, tensors.Count);
            Assert.Equal(ElementType.BFloat16, tensors["bfloat"].Type);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Choose_NothingAsked_TakesTheAverageAndKnowsTheOthers(string file)
    {
        using var checkpoint = CheckpointFile.Open(Folder + file);

        Assert.Equal("params_ema", checkpoint.Choose().Name);
        Assert.Equal(["params", "params_ema", "module"], checkpoint.Sets.Select(set => set.Name));
    }

    [Fact]
    public void Choose_UnknownName_SaysWhichThereAre()
    {
        using var checkpoint = CheckpointFile.Open(Folder + "zip.pth");

        var error = Assert.Throws<EdgeRestoreException>(() => checkpoint.Choose("parms"));

        Assert.Equal(
            "'Golden/checkpoints/zip.pth' cannot be imported: it has no set 'parms'; found: 'params', 'params_ema', "
            + "'module'. Name one of them with --take.",
            error.Message);
    }

    [Theory]
    [InlineData("module.pth", "asks for 'torch.nn.modules.container.Sequential'")]
    [InlineData("device.pth", "asks for 'torch.device'")]
    public void Open_MoreThanWeights_NamesWhatItAsksForAndWhatIsAllowed(string file, string found)
    {
        var error = Assert.Throws<EdgeRestoreException>(() => CheckpointFile.Open(Folder + file));

        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains("allowed are collections.OrderedDict, ", error.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing of it was executed.", error.Message, StringComparison.Ordinal);
        Assert.Contains("torch.save({'params': model.state_dict()}, path)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_BasicSrCheckpoint_HasItsParameters()
    {
        using var checkpoint = CheckpointFile.Open("Golden/symunet_w8.pth");

        var set = checkpoint.Choose();

        Assert.Equal("a PyTorch file (zip)", checkpoint.Format);
        Assert.Equal("params", set.Name);
        Assert.Equal(117061, set.Tensors.Values.Sum(tensor => tensor.ElementCount));
        Assert.Equal([24, 8, 1, 1], set.Tensors["encoders.0.0.attn.qkv.weight"].Shape);
    }

    [Fact]
    public void Open_Safetensors_IsOneSetWithoutAName()
    {
        var weights = new NamedTensors { new("b", [2], [1, 2]), new("a", [], [3]) };
        using var stream = new MemoryStream();
        weights.Write(stream);
        using var checkpoint = CheckpointFile.Open(new MemoryStream(stream.ToArray()), "test");

        var set = checkpoint.Choose();

        Assert.Equal("", set.Name);
        Assert.Equal([1, 2], checkpoint.Read(set.Tensors["b"]));
        Assert.Equal([3], checkpoint.Read(set.Tensors["a"]));
    }

    [Fact]
    public void Read_ByteOfAnArrayChanged_IsFoundByItsChecksum()
    {
        var bytes = File.ReadAllBytes("Golden/symunet_w8.pth");
        using var intact = CheckpointFile.Open(new MemoryStream(bytes), "test");
        var values = intact.Read(intact.Choose().Tensors["intro.weight"]);
        bytes[bytes.AsSpan().IndexOf(BitConverter.GetBytes(values[5]))] ^= 1;
        using var changed = CheckpointFile.Open(new MemoryStream(bytes), "test");

        var error = Assert.Throws<EdgeRestoreException>(() => changed.Read(changed.Choose().Tensors["intro.weight"]));

        Assert.Contains("the bytes of array '0' have the checksum", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("GIF89a", "it begins with the bytes 474946383961")]
    [InlineData("PK\u0003\u0004", "has no directory at its end")]
    public void Open_OtherFile_SaysWhatItFound(string content, string found)
    {
        var error = Assert.Throws<EdgeRestoreException>(
            () => CheckpointFile.Open(new MemoryStream([.. content.Select(character => (byte)character)]), "test"));

        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoSuchFileOrAFolder_SaysSo()
    {
        Assert.Contains(
            "'/nowhere/x.pth' cannot be opened",
            Assert.Throws<EdgeRestoreException>(() => CheckpointFile.Open("/nowhere/x.pth")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "cannot be opened",
            Assert.Throws<EdgeRestoreException>(() => CheckpointFile.Open(Path.GetTempPath())).Message,
            StringComparison.Ordinal);
    }

    private static void AssertTensor(
        CheckpointFile checkpoint, StoredTensor tensor, long[] shape, Func<int, float> expected)
    {
        Assert.Equal(shape, tensor.Shape);
        Assert.Equal(
            Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(expected),
            checkpoint.Read(tensor));
    }
}
