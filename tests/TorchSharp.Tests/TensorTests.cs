using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

/// <summary>Creation, element types, views, indexing, host access, errors and text.</summary>
public sealed class TensorTests
{
    public static TheoryData<ScalarType, long> Types => new()
    {
        { float32, 4 }, { float64, 8 }, { float16, 2 }, { bfloat16, 2 }, { int64, 8 }, { int32, 4 }, { int16, 2 },
        { int8, 1 }, { uint8, 1 }, { @bool, 1 },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void To_EachType_ConvertsAndComesBack(ScalarType type, long size)
    {
        using var ones = tensor(new[] { 1f, 0f, 1f });
        using var converted = ones.to(type);
        Assert.Equal(type, converted.dtype);
        Assert.Equal(size, converted.element_size());
        Assert.True(converted.to(float32).Equals(ones));
        Assert.Equal(2, converted.sum(dim: 0, type: float32).item<float>());
    }

    [Fact]
    public void Bfloat16_KeepsEightBitsOfSignificand()
    {
        using var value = tensor(1.005859375f).to(bfloat16);
        Assert.Equal(1.0078125f, value.item<float>());
        Assert.Equal(1.0078125f, value.to(float32).item<float>());
    }

    [Fact]
    public void Factories_MakeWhatTheyAreAskedFor()
    {
        Assert.Equal([2L, 3], zeros(2, 3).shape);
        Assert.Equal(float32, zeros(2).dtype);
        Assert.Equal(6, ones([2, 3]).sum().item<float>());
        Assert.Equal([0L, 2, 4], arange(0, 6, 2).data<long>().ToArray());
        Assert.Equal([0f, 0.5f], arange(0, 1, 0.5).data<float>().ToArray());
        Assert.Equal([0f, 0.5f, 1f], linspace(0, 1, 3).data<float>().ToArray());
        Assert.Equal([1f, 0, 0, 1], eye(2).data<float>().ToArray());
        Assert.Equal(int64, full([2], 7).dtype);
        Assert.Equal(float32, full([2], 7.5).dtype);
        Assert.Equal(int32, tensor(new[] { 1, 2 }).dtype);
        Assert.Equal(float64, tensor(new double[,] { { 1, 2 } }).dtype);
        Assert.Equal([1L, 2], tensor(new double[,] { { 1, 2 } }).shape);
        Assert.Equal([1L, 2, 2], from_array(new float[1, 2, 2]).shape);
        Assert.Equal([2L, 2], tensor(new[] { 1f, 2, 3, 4 }, [2, 2]).shape);
        Assert.Equal(bfloat16, tensor(new[] { 1f }, dtype: bfloat16).dtype);
        Assert.Equal([0L, 1, 2, 3], randperm(4).sort().Values.data<long>().ToArray());
        Assert.True(randint(3, 5, [100]).ge(3).all().item<bool>());
        Assert.Equal([2L, 2], zeros_like(eye(2)).shape);
        Assert.Equal(0, tensor(3.5f).ndim);
        var wrong = Assert.Throws<ArgumentException>(() => tensor(new[] { 1f, 2 }, [3]));
        Assert.Contains("2 elements for the shape [3]", wrong.Message);
    }

    [Fact]
    public void Views_ShareMemoryAndClonesDoNot()
    {
        using var matrix = arange(6, dtype: float32).reshape(2, 3);
        using var column = matrix.select(1, 2);
        using var turned = matrix.transpose(0, 1);
        using var copy = matrix.clone();
        column.fill_(-1);
        turned[0] = tensor(new[] { 7f, 8f });
        Assert.Equal([7f, 1, -1, 8, 4, -1], matrix.data<float>().ToArray());
        Assert.Equal([0f, 1, 2, 3, 4, 5], copy.data<float>().ToArray());
        Assert.Equal([1L, 3], turned.stride());
        Assert.False(turned.is_contiguous());
        Assert.Equal([7f, 8, 1, 4, -1, -1], turned.data<float>().ToArray());
        Assert.True(turned.contiguous().is_contiguous());
    }

    [Fact]
    public void InPlace_ReturnsTheSameTensorAndChangesIt()
    {
        using var values = ones(3);
        Assert.Same(values, values.add_(1).mul_(3).sub_(2).div_(2));
        Assert.Equal([2f, 2, 2], values.data<float>().ToArray());
        using var alias = values.alias();
        alias.zero_();
        Assert.Equal(0, values.sum().item<float>());
    }

    [Fact]
    public void ChannelsLast_ByPermute_HasItsStridesAndSurvivesConvolution()
    {
        using var image = randn(2, 4, 8, 8);
        using var last = image.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Assert.Equal([256L, 1, 32, 4], last.stride());
        using var weight = randn(4, 4, 3, 3);
        using var plain = nn.functional.conv2d(image, weight, padding: [1, 1]);
        using var output = nn.functional.conv2d(last, weight, padding: [1, 1]);
        Assert.Equal([256L, 1, 32, 4], output.stride());
        Assert.True(output.allclose(plain, atol: 1e-4));
    }

    [Fact]
    public void Indexing_AsInPython_SelectsAndAssigns()
    {
        using var t = arange(24, dtype: float32).reshape(2, 3, 4);
        Assert.Equal(23, t[1, 2, 3].item<float>());
        Assert.Equal([3L, 4], t[0].shape);
        Assert.Equal([2L, 4], t[TensorIndex.Colon, 1].shape);
        Assert.Equal([2L, 3, 2], t[TensorIndex.Ellipsis, TensorIndex.Slice(1, 3)].shape);
        Assert.Equal([2L, 3, 2], t[TensorIndex.Ellipsis, TensorIndex.Slice(step: 2)].shape);
        Assert.Equal([2L, 1, 3, 4], t[TensorIndex.Colon, TensorIndex.None].shape);
        Assert.Equal([2L, 3, 3], t[.., .., 1..].shape);
        Assert.Equal([2L, 3], t[.., .., ^1].shape);
        Assert.Equal([3f, 7, 11], t[0, .., ^1].data<float>().ToArray());
        Assert.Equal([12f, 16, 20], t[TensorIndex.Single(1), TensorIndex.Colon,
            TensorIndex.Single(0)].data<float>().ToArray());
        using var picks = tensor(new[] { 1L, 1, 0 });
        Assert.Equal([3L, 3, 4], t[picks].shape);
        Assert.Equal([2L, 3, 4], t[TensorIndex.Colon, picks].shape);
        Assert.Equal(12, t[t >= 12].numel());
        t[0, TensorIndex.Slice(0, 2)] = zeros(4);
        Assert.Equal(8 + 9 + 10 + 11, t[0].sum().item<float>());
        t[t > 20] = tensor(-1f);
        Assert.Equal(-3, t[1, 2, TensorIndex.Slice(1)].sum().item<float>());
        t.index_put_(5, TensorIndex.Ellipsis, TensorIndex.Single(0));
        Assert.Equal(30, t.select(2, 0).sum().item<float>());
        t[1, 1] = tensor(new[] { 1f, 2, 3, 4 });
        Assert.Equal([1f, 2, 3, 4], t[1, 1].data<float>().ToArray());
        var outside = Assert.Throws<ExternalException>(() => t[2]);
        Assert.Contains("index 2 out of range", outside.Message);
    }

    [Fact]
    public void HostAccess_ReadsAndWritesElements()
    {
        using var matrix = arange(6, dtype: float32).reshape(2, 3);
        var data = matrix.data<float>();
        Assert.Equal(6, data.Count);
        Assert.Equal(5, data[1, 2]);
        data[1, 2] = 50;
        Assert.Equal(50, matrix[1, 2].item<float>());
        Assert.Equal([0f, 3, 1, 4, 2, 50], matrix.t().data<float>().ToArray());
        MemoryMarshal.Cast<byte, float>(matrix.bytes)[0] = 9;
        Assert.Equal(9, matrix[0, 0].item<float>());
        Assert.Equal(new float[,] { { 9, 1, 2 }, { 3, 4, 50 } }, matrix.data<float>().ToNDArray());
        Assert.Throws<ArgumentException>(() => matrix.data<double>());
        Assert.Throws<ArgumentException>(() => matrix.item<float>());
        Assert.Throws<IndexOutOfRangeException>(() => data[2, 0]);
        Assert.Equal(50, (float)matrix.max());
        Assert.Equal(50, matrix.max().ToInt32());
    }

    [Fact]
    public void DataAccessor_OutlivesItsTensor()
    {
        var values = ones(1000);
        var data = values.data<float>();
        values.Dispose();
        Assert.Equal(1000, data.ToArray().Sum());
        data.Dispose();
        Assert.Throws<ObjectDisposedException>(() => data[0]);
    }

    [Fact]
    public void Errors_OfLibtorch_ArriveWithItsMessage()
    {
        var shapes = Assert.Throws<ExternalException>(() => ones(2, 3).matmul(ones(2, 3)));
        Assert.Equal("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", shapes.Message.Split('\n')[0]);
        var broadcast = Assert.Throws<ExternalException>(() => ones(2) + ones(3));
        Assert.Contains("The size of tensor a (2) must match the size of tensor b (3)", broadcast.Message);
        var leaf = Assert.Throws<ExternalException>(() => ones([1], requires_grad: true).add_(1));
        Assert.Contains("a leaf Variable that requires grad is being used in an in-place operation", leaf.Message);
        var graph = Assert.Throws<ExternalException>(() => ones(1).backward());
        Assert.Contains("does not require grad", graph.Message);
        var disposed = ones(1);
        disposed.Dispose();
        disposed.Dispose();
        Assert.Throws<InvalidOperationException>(() => disposed + 1);
    }

    // In this class because the options are the process's, and the tests of one class take turns.
    [Fact]
    public void PrintOptions_ChangeWhatStrSays()
    {
        using var value = tensor(new[] { 1.23456f });
        try
        {
            set_printoptions(style: numpy, floatFormat: "0.00");
            Assert.Equal("[1.23]", value.str());
            Assert.Equal("[1.2346]", value.str(fltFormat: "0.0000"));
            set_printoptions(precision: 3);
            Assert.Equal("[1.235]", value.str());
        }
        finally
        {
            set_printoptions(style: julia, floatFormat: "g5");
        }
    }

    [Fact]
    public void Text_EachStyle_ShowsShapeTypeAndValues()
    {
        using var matrix = tensor(new float[,] { { 1, 2.5f }, { -3, 4 } });
        Assert.Equal("[2x2], type = Float32, device = cpu", matrix.ToString());
        Assert.Equal("[2x2], type = Float32, device = cpu\n   1 2.5\n  -3   4\n", matrix.str());
        Assert.Equal("[[1, 2.5],\n [-3, 4]]", matrix.npstr());
        Assert.Equal("[], type = Int64, device = cpu, value = 7", tensor(7L).str());
        Assert.Equal("<invalid>", Disposed().ToString());

        static Tensor Disposed()
        {
            var gone = ones(1);
            gone.Dispose();
            return gone;
        }
    }

    [Fact]
    public void SaveAndLoad_InEitherFormat_GiveTheSameTensor()
    {
        using var scope = NewDisposeScope();
        var folder = Directory.CreateTempSubdirectory("torchsharp-tests-");
        try
        {
            foreach (var original in new[] { randn(3, 4), randint(0, 9, [5]), randn(2, 2).to(bfloat16), randn(4,
                3).t() })
            {
                var path = Path.Combine(folder.FullName, "tensor.pt");
                save(original, path);
                Assert.True(load(path).Equals(original));
                using var stream = new MemoryStream();
                original.Save(new BinaryWriter(stream));
                stream.Position = 0;
                var loaded = zeros_like(original);
                loaded.Load(new BinaryReader(stream));
                Assert.True(loaded.Equals(original));
                Assert.Equal(stream.Length, stream.Position);
            }

            var error = Assert.Throws<ExternalException>(() => load(Path.Combine(folder.FullName, "none.pt")));
            Assert.Contains("none.pt", error.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
