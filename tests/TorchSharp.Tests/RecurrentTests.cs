using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.utils.rnn;

namespace TorchSharp.Tests;

public sealed class RecurrentTests
{
    // float32 sums of a few dozen products.
    private const double Tolerance = 1e-5;

    [Fact]
    public void Lstm_EveryStep_FollowsItsEquations()
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        var lstm = nn.LSTM(3, 4);
        var input = randn(5, 2, 3);
        var (output, hidden, cell) = lstm.call(input);
        var (h, c) = (zeros(2, 4), zeros(2, 4));
        var parameters = lstm.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        for (var step = 0; step < 5; step++)
        {
            var gates = (input[step].matmul(parameters["weight_ih_l0"].t()) + parameters["bias_ih_l0"]
                + h.matmul(parameters["weight_hh_l0"].t()) + parameters["bias_hh_l0"]).chunk(4, 1);
            c = (gates[1].sigmoid() * c) + (gates[0].sigmoid() * gates[2].tanh());
            h = gates[3].sigmoid() * c.tanh();
            Equal(h, output[step]);
        }

        Equal(h, hidden[0]);
        Equal(c, cell[0]);
    }

    [Fact]
    public void Gru_EveryStep_IsTheCellsStep()
    {
        manual_seed(4);
        using var scope = NewDisposeScope();
        var gru = nn.GRU(3, 4, batchFirst: true);
        var cell = nn.GRUCell(3, 4);
        Copy(gru, cell);
        var input = randn(2, 5, 3);
        var (output, _) = gru.call(input);
        Tensor? state = null;
        for (var step = 0; step < 5; step++)
        {
            state = cell.call(input.select(1, step), state!);
            Equal(state, output.select(1, step));
        }
    }

    [Theory]
    [InlineData(nn.NonLinearities.Tanh)]
    [InlineData(nn.NonLinearities.ReLU)]
    public void Rnn_EveryStep_IsTheCellsStep(nn.NonLinearities nonLinearity)
    {
        manual_seed(5);
        using var scope = NewDisposeScope();
        var rnn = nn.RNN(3, 4, nonLinearity: nonLinearity);
        var cell = nn.RNNCell(3, 4, nonLinearity);
        Copy(rnn, cell);
        var (input, state) = (randn(5, 2, 3), randn(2, 4));
        var (output, last) = rnn.call(input, state.unsqueeze(0));
        for (var step = 0; step < 5; step++)
        {
            state = cell.call(input[step], state);
            Equal(state, output[step]);
        }

        Equal(state, last[0]);
        Assert.Equal([4, 3], rnn.get_weight_ih(0)!.shape);
        Assert.Null(rnn.get_bias_hh(1));
    }

    [Fact]
    public void Lstm_Bidirectional_NamesAndShapesAreThePackages()
    {
        using var lstm = nn.LSTM(3, 4, 2, bidirectional: true);
        string[] expected =
        [
            "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse", "weight_hh_l0_reverse",
            "bias_ih_l0_reverse", "bias_hh_l0_reverse", "weight_ih_l1",
        ];
        Assert.Equal(expected, lstm.named_parameters().Take(9).Select(pair => pair.name));
        Assert.Equal([16, 8], lstm.get_parameter("weight_ih_l1")!.shape);
        var (output, hidden, _) = lstm.call(randn(5, 2, 3));
        Assert.Equal([5, 2, 8], output.shape);
        Assert.Equal([4, 2, 4], hidden.shape);
    }

    [Fact]
    public void PackedSequences_OfDifferentLengths_GiveWhatEachAloneGives()
    {
        manual_seed(6);
        using var scope = NewDisposeScope();
        var gru = nn.GRU(3, 4);
        Tensor[] sequences = [randn(2, 3), randn(5, 3), randn(3, 3)];
        var (packed, hidden) = gru.call(pack_sequence(sequences, enforce_sorted: false));
        var (padded, lengths) = pad_packed_sequence(packed);
        Assert.Equal([2L, 5, 3], lengths.data<long>().ToArray());
        for (var i = 0; i < sequences.Length; i++)
        {
            var (alone, _) = gru.call(sequences[i].unsqueeze(1));
            Equal(alone.squeeze(1), padded.select(1, i)[..(int)lengths[i].item<long>()]);
        }

        Assert.Equal([1, 3, 4], hidden.shape);
    }

    [Fact]
    public void PadSequence_BatchFirst_FillsUp()
    {
        using var padded = pad_sequence([ones(2), ones(3), ones(1)], batch_first: true, padding_value: 7);
        ValueTests.Equal([1, 1, 7, 1, 1, 1, 1, 7, 7], padded, shape: [3, 3]);
    }

    [Fact]
    public void EncoderLayer_WithCausalMask_DoesNotLookAhead()
    {
        manual_seed(7);
        using var scope = NewDisposeScope();
        var encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, 0), 2);
        encoder.eval();
        var mask = full(4, 4, double.NegativeInfinity).triu(1);
        var input = randn(4, 1, 8);
        var before = encoder.call(input, mask);
        var unmasked = encoder.call(input);
        input[3] = zeros(1, 8);
        var after = encoder.call(input, mask);
        Equal(before[..3], after[..3]);
        Assert.False(before[3].allclose(after[3]));
        Assert.False(unmasked[0].allclose(encoder.call(input)[0]));
    }

    [Fact]
    public void EncoderLayer_OneHead_FollowsThePaper()
    {
        manual_seed(8);
        using var scope = NewDisposeScope();
        var layer = nn.TransformerEncoderLayer(4, 1, 6, 0);
        var p = layer.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter);
        var x = randn(3, 1, 4);
        var flat = x.squeeze(1);
        var qkv = (flat.matmul(p["self_attn.in_proj_weight"].t()) + p["self_attn.in_proj_bias"]).chunk(3, 1);
        var attended = (qkv[0].matmul(qkv[1].t()) / 2).softmax(1).matmul(qkv[2]);
        var hidden = Norm(flat + attended.matmul(p["self_attn.out_proj.weight"].t()) + p["self_attn.out_proj.bias"]);
        var inner = (hidden.matmul(p["linear1.weight"].t()) + p["linear1.bias"]).relu();
        Equal(
            Norm(hidden + inner.matmul(p["linear2.weight"].t()) + p["linear2.bias"]), layer.call(x).squeeze(1));

        static Tensor Norm(Tensor t) =>
            (t - t.mean([1], keepdim: true)) / (t.var([1], unbiased: false, keepdim: true) + 1e-5).sqrt();
    }

    [Fact]
    public void EmbeddingBag_Modes_ReduceEachBag()
    {
        using var scope = NewDisposeScope();
        var table = tensor(new float[,] { { 1, 10 }, { 2, 20 }, { 4, 40 } });
        var (bags, offsets) = (tensor(new[] { 0L, 2, 1 }), tensor(new[] { 0L, 2 }));
        foreach (var (mode, expected) in new (EmbeddingBagMode, double[])[]
        {
            (EmbeddingBagMode.Sum, [5, 50, 2, 20]), (EmbeddingBagMode.Mean, [2.5, 25, 2, 20]),
            (EmbeddingBagMode.Max, [4, 40, 2, 20]),
        })
        {
            using var bag = nn.EmbeddingBag_from_pretrained(table, mode: mode);
            ValueTests.Equal(expected, bag.call(bags, offsets));
            Assert.False(bag.weight!.requires_grad);
        }
    }

    private static void Copy(nn.Module layer, nn.Module cell) => cell.load_state_dict(
        layer.state_dict().ToDictionary(
            pair => pair.Key.Replace("_l0", "", StringComparison.Ordinal), pair => pair.Value));

    private static void Equal(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        ValueTests.Equal(expected.to(float64).flatten().data<double>().ToArray(), actual.flatten(), Tolerance);
    }
}
