using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Tests;

public sealed class ModuleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("torchsharp-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void RegisterComponents_FindsFieldsInOrderWithTheirNames()
    {
        using var net = new Net();
        Assert.Equal(
            ["scale", "stem.weight", "stem.bias", "blocks.0.weight", "blocks.0.bias", "blocks.1.weight",
                "blocks.1.bias",
                "head.0.weight", "head.0.bias", "head.last.weight", "norm.weight", "norm.bias"],
            net.named_parameters().Select(pair => pair.name));
        Assert.Equal(
            ["steps", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"],
            net.named_buffers().Select(pair => pair.name));
        Assert.Equal(["stem", "blocks", "head", "norm"], net.named_children().Select(pair => pair.name));
        Assert.Contains("head.last", net.named_modules().Select(pair => pair.name));
        Assert.True(net.has_parameter("blocks.1.bias"));
        Assert.False(net.has_parameter("blocks.2.bias"));
        Assert.Same(net.get_parameter("scale"), net.parameters().First());
        Assert.Equal(12, net.parameters().Count());
        Assert.All(net.parameters(), parameter => Assert.True(parameter.requires_grad && parameter.is_leaf));
    }

    [Fact]
    public void TrainAndEval_ReachEveryModule()
    {
        using var net = new Net();
        Assert.True(net.training);
        net.eval();
        Assert.All(net.modules(), module => Assert.False(module.training));
        net.train();
        Assert.All(net.modules(), module => Assert.True(module.training));
        var seen = new List<string>();
        net.apply(module => seen.Add(module.GetName()));
        Assert.Equal(nameof(Net), seen[^1]);
        Assert.Equal(net.modules().Count() + 1, seen.Count);
    }

    [Fact]
    public void SaveAndLoad_OfWholeNet_GivesTheSameOutput()
    {
        manual_seed(3);
        using var net = new Net();
        using var input = randn(2, 3, 8, 8);
        net.call(input).Dispose();
        net.eval();
        var path = Path.Combine(_folder, "net.dat");
        net.save(path);
        using var other = new Net();
        other.load(path);
        other.eval();
        using var expected = net.call(input);
        using var found = other.call(input);
        Assert.True(expected.Equals(found));
        Assert.Equal(1, other.get_buffer("norm.num_batches_tracked")!.item<long>());
    }

    [Fact]
    public void Save_WritesThePackagesFormat()
    {
        using var linear = Linear(2, 1);
        using (no_grad())
        {
            linear.weight.copy_(tensor(new float[,] { { 1, 2 } }));
            linear.bias!.fill_(3);
        }

        using var stream = new MemoryStream();
        linear.save(stream);

        // Count, then for each: name with its length, element type, rank, sizes (all LEB128), raw bytes.
        byte[] expected =
        [
            2, 6, .. "weight"u8, 6, 2, 1, 2, .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f),
            4, .. "bias"u8, 6, 1, 1, .. BitConverter.GetBytes(3f),
        ];
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void Load_OfOtherNet_SaysWhatDiffers()
    {
        var path = Path.Combine(_folder, "linear.dat");
        using var linear = Linear(4, 2);
        linear.save(path);
        using var wider = Linear(5, 2);
        var shape = Assert.Throws<ArgumentException>(() => wider.load(path));
        Assert.Contains("Expected [2, 5], found [2, 4]", shape.Message);
        using var sequence = Sequential(Linear(4, 2));
        var name = Assert.Throws<ArgumentException>(() => sequence.load(path));
        Assert.Contains("'weight'", name.Message);
        using var bare = Linear(4, 2, hasBias: false);
        var count = Assert.Throws<ArgumentException>(() => bare.load(path));
        Assert.Contains("expected 1, but found 2", count.Message);
        var loaded = new Dictionary<string, bool>();
        bare.load(path, strict: false, loadedParameters: loaded);
        Assert.Equal(new() { ["weight"] = true, ["bias"] = false }, loaded);
        Assert.True(bare.weight.Equals(linear.weight));
        Assert.Throws<FileNotFoundException>(() => bare.load(path + ".none"));
    }

    [Fact]
    public void StateDict_RoundTrip_CopiesValuesAndNamesWhatIsMissing()
    {
        using var net = new Net();
        using var other = new Net();
        var (missing, unexpected) = other.load_state_dict(net.state_dict());
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        Assert.True(other.get_parameter("stem.weight")!.Equals(net.get_parameter("stem.weight")!));
        Assert.NotSame(other.get_parameter("stem.weight"), net.get_parameter("stem.weight"));
        var partial = net.state_dict();
        Assert.True(partial.Remove("scale"));
        partial["stranger"] = zeros(1);
        Assert.Throws<InvalidOperationException>(() => other.load_state_dict(partial));
        (missing, unexpected) = other.load_state_dict(partial, strict: false);
        Assert.Equal(["scale"], missing);
        Assert.Equal(["stranger"], unexpected);
    }

    [Fact]
    public void To_OtherType_ConvertsParametersInPlaceAndLeavesCountersAlone()
    {
        using var net = new Net();
        var weight = net.get_parameter("stem.weight");
        net.to(bfloat16);
        Assert.Same(weight, net.get_parameter("stem.weight"));
        Assert.Equal(bfloat16, weight!.dtype);
        Assert.Equal(int64, net.get_buffer("norm.num_batches_tracked")!.dtype);
        net.to(CPU, float64);
        Assert.All(net.parameters(), parameter => Assert.Equal(float64, parameter.dtype));
        Assert.All(net.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Fact]
    public void Hooks_RunBeforeAndAfterForward()
    {
        using var linear = Linear(2, 2);
        var order = new List<string>();
        var before = linear.register_forward_pre_hook((_, input) =>
        {
            order.Add("before");
            return input * 0;
        });
        linear.register_forward_hook((_, _, output) =>
        {
            order.Add("after");
            return output + 1;
        });
        using var output = linear.call(ones(1, 2));
        Assert.Equal(["before", "after"], order);
        Assert.True(output.allclose(linear.bias! + 1));
        before.remove();
        linear.call(ones(1, 2)).Dispose();
        Assert.Equal(["before", "after", "after"], order);
    }

    [Fact]
    public void Dropout_OnlyWhileTraining_Drops()
    {
        manual_seed(1);
        using var dropout = Dropout(0.25);
        using var input = ones(10_000);
        var kept = (dropout.call(input) > 0).sum().item<long>();
        Assert.InRange(kept, 7300, 7700);
        dropout.eval();
        Assert.True(dropout.call(input).Equals(input));
    }

    [Fact]
    public void BatchNorm_Statistics_FollowTheBatches()
    {
        using var norm = BatchNorm2d(2, momentum: 0.5);
        using var input = cat([full([1, 1, 2, 2], 4f), full([1, 1, 2, 2], 8f)], 1);
        norm.call(input).Dispose();
        Assert.Equal([2f, 4f], norm.running_mean!.data<float>().ToArray());
        norm.eval();
        norm.call(input).Dispose();
        Assert.Equal([2f, 4f], norm.running_mean!.data<float>().ToArray());
    }

    [Fact]
    public void Modules_EachOnItsInput_GiveTheRightShape()
    {
        using var scope = NewDisposeScope();
        var image = randn(2, 4, 8, 8);
        var cases = new (Module<Tensor, Tensor> Module, long[] Shape)[]
        {
            (Conv2d(4, 6, 3), [2, 6, 6, 6]), (Conv2d(4, 6, 3, padding: Padding.Same), [2, 6, 8, 8]),
            (Conv2d(4, 8, (3, 1), stride: (2, 1), padding: (1, 0), groups: 4, bias: false), [2, 8, 4, 8]),
            (Conv2d(4, 4, 3, padding: 1, padding_mode: PaddingModes.Reflect), [2, 4, 8, 8]),
            (ConvTranspose2d(4, 3, 2, stride: 2), [2, 3, 16, 16]), (BatchNorm2d(4), [2, 4, 8, 8]),
            (GroupNorm(2, 4), [2, 4, 8, 8]), (InstanceNorm2d(4, affine: true), [2, 4, 8, 8]), (LayerNorm([8]), [2, 4,
                8, 8]),
            (MaxPool2d(2), [2, 4, 4, 4]), (AvgPool2d(2), [2, 4, 4, 4]), (AdaptiveAvgPool2d(1), [2, 4, 1, 1]),
            (Upsample(scale_factor: [2, 2], mode: UpsampleMode.Bilinear), [2, 4, 16, 16]), (PixelShuffle(2), [2, 1, 16,
                16]),
            (PixelUnshuffle(2), [2, 16, 4, 4]), (Flatten(), [2, 256]), (Identity(), [2, 4, 8, 8]),
            (ReflectionPad2d(1), [2, 4, 10, 10]), (Softmax(1), [2, 4, 8, 8]), (PReLU(4), [2, 4, 8, 8]),
            (Dropout2d(), [2, 4, 8, 8]), (ReLU(), [2, 4, 8, 8]), (GELU(), [2, 4, 8, 8]), (SiLU(), [2, 4, 8, 8]),
            (ELU(), [2, 4, 8, 8]), (LeakyReLU(0.2), [2, 4, 8, 8]), (Tanh(), [2, 4, 8, 8]), (Sigmoid(), [2, 4, 8, 8]),
            (Linear(8, 3), [2, 4, 8, 3]),
        };
        foreach (var (module, shape) in cases)
        {
            Assert.Equal(shape, module.call(image).shape);
        }

        Assert.Equal([2L, 5, 7], Embedding(10, 7).call(zeros([2, 5], int64)).shape);
        Assert.Equal([2L, 6, 8], Conv1d(4, 6, 3, padding: 1).call(randn(2, 4, 8)).shape);
        Assert.Equal([2L, 3], BatchNorm1d(3).call(randn(2, 3)).shape);
    }

    [Fact]
    public void MultiheadAttention_OfOneHead_IsScaledDotProductAttention()
    {
        manual_seed(2);
        using var attention = MultiheadAttention(4, 2);
        using var query = randn(3, 2, 4);
        using var key = randn(5, 2, 4);
        var (output, weights) = attention.call(query, key, key);
        Assert.Equal([3L, 2, 4], output.shape);
        Assert.Equal([2L, 3, 5], weights.shape);
        Assert.True(weights.sum(-1).allclose(ones(2, 3)));
        using var q = F.linear(query, attention.get_parameter("in_proj_weight")!.narrow(0, 0, 4));
        using var k = F.linear(key, attention.get_parameter("in_proj_weight")!.narrow(0, 4, 4));
        using var v = F.linear(key, attention.get_parameter("in_proj_weight")!.narrow(0, 8, 4));
        var heads = Enumerable.Range(0, 2).Select(head => F.scaled_dot_product_attention(
            q.narrow(2, head * 2, 2).transpose(0, 1), k.narrow(2, head * 2, 2).transpose(0, 1),
            v.narrow(2, head * 2, 2).transpose(0, 1))).ToArray();
        using var joined = cat(heads, 2).transpose(0, 1);
        var expected = F.linear(joined, attention.get_parameter("out_proj.weight")!,
            attention.get_parameter("out_proj.bias"));
        Assert.True(expected.allclose(output, atol: 1e-5));
    }

    [Fact]
    public void Initialisation_KeepsItsBounds()
    {
        manual_seed(5);
        using var weight = empty(64, 32, 3, 3);
        init.kaiming_uniform_(weight, Math.Sqrt(5));
        var bound = 1 / Math.Sqrt(32 * 9);
        Assert.InRange(weight.abs().max().item<float>(), bound * 0.99, bound);
        init.kaiming_normal_(weight, nonlinearity: init.NonlinearityType.ReLU);
        Assert.Equal(Math.Sqrt(2.0 / (32 * 9)), weight.std().item<float>(), 2e-3);
        init.trunc_normal_(weight, std: 0.02, a: -0.04, b: 0.04);
        Assert.InRange(weight.abs().max().item<float>(), 0.035, 0.0401);
        using var square = empty(6, 4);
        init.orthogonal_(square);
        Assert.True(square.t().mm(square).allclose(eye(4), atol: 1e-5));
        init.constant_(square, 0.5);
        Assert.Equal(12, square.sum().item<float>());
    }

    private sealed class Net : Module<Tensor, Tensor>
    {
        private readonly Parameter scale = new(ones(1));
        private readonly Tensor steps = zeros([1], int64);
        private readonly Conv2d stem = Conv2d(3, 4, 3, padding: 1);
        private readonly ModuleList<Conv2d> blocks = ModuleList(Conv2d(4, 4, 1), Conv2d(4, 4, 1));
        private readonly Sequential head = Sequential(
            ("0", Conv2d(4, 4, 1)), ("act", ReLU()), ("last", Conv2d(4, 3, 1, bias: false)));

        private readonly BatchNorm2d norm = BatchNorm2d(4);

        public Net()
            : base(nameof(Net)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = stem.call(input);
            foreach (var block in blocks)
            {
                x = x + F.relu(block.call(x));
            }

            return (head.call(norm.call(x)) * scale).MoveToOuterDisposeScope();
        }
    }
}
