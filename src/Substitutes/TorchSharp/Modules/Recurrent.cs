using TorchSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using PackedSequence = TorchSharp.torch.nn.utils.rnn.PackedSequence;

namespace TorchSharp.Modules;

/// <summary>Elman layers: input (length, N, features), or (N, length, features) when the batch comes first.</summary>
public sealed class RNN : Module<Tensor, Tensor?, (Tensor, Tensor)>
{
    private readonly SingleState _state;

    internal RNN(RecurrentShape shape, NonLinearities nonLinearity, Device? device, ScalarType? dtype)
        : base(nameof(RNN)) =>
        _state = new(
            new(this, shape, device, dtype), nonLinearity == NonLinearities.ReLU ? "rnn_relu" : "rnn_tanh");

    public override (Tensor, Tensor) forward(Tensor input, Tensor? h0) => _state.Run(input, h0, training);

    public new (Tensor, Tensor) call(Tensor input, Tensor? h0 = null) => base.call(input, h0);

    public (PackedSequence, Tensor) call(PackedSequence input, Tensor? h0 = null) => _state.Run(input, h0, training);

    public Parameter? get_bias_ih(long idx) => _state.Weights.Get("bias_ih", idx);

    public Parameter? get_bias_hh(long idx) => _state.Weights.Get("bias_hh", idx);

    public Parameter? get_weight_ih(long idx) => _state.Weights.Get("weight_ih", idx);

    public Parameter? get_weight_hh(long idx) => _state.Weights.Get("weight_hh", idx);

    // Nothing to do: only cuDNN wants the weights in one piece, and libtorch copies them for it when they are not.
    public void flatten_parameters()
    {
    }

    protected override void RegisterComponents()
    {
    }
}

/// <summary>Gated recurrent units; shapes as of <see cref="RNN"/>.</summary>
public sealed class GRU : Module<Tensor, Tensor?, (Tensor, Tensor)>
{
    private readonly SingleState _state;

    internal GRU(RecurrentShape shape, Device? device, ScalarType? dtype)
        : base(nameof(GRU)) => _state = new(new(this, shape, device, dtype), "gru");

    public override (Tensor, Tensor) forward(Tensor input, Tensor? h0) => _state.Run(input, h0, training);

    public new (Tensor, Tensor) call(Tensor input, Tensor? h0 = null) => base.call(input, h0);

    public (PackedSequence, Tensor) call(PackedSequence input, Tensor? h0 = null) => _state.Run(input, h0, training);

    public void flatten_parameters()
    {
    }

    protected override void RegisterComponents()
    {
    }
}

/// <summary>Long short-term memory; shapes as of <see cref="RNN"/>, state a pair.</summary>
public sealed class LSTM : Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)>
{
    private readonly RecurrentWeights _weights;

    internal LSTM(RecurrentShape shape, Device? device, ScalarType? dtype)
        : base(nameof(LSTM)) => _weights = new(this, shape, device, dtype);

    public override (Tensor, Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0 = null)
    {
        using var scope = NewDisposeScope();
        var shape = _weights.Shape;
        var (output, hidden, cell) = Aten.Call3(
            "lstm.input", input, State(input, _weights.BatchOf(input), h0_c0), _weights.All, shape.Bias, shape.Layers,
            shape.Dropout, training, shape.Bidirectional, shape.BatchFirst);
        return (output.MoveToOuterDisposeScope(), hidden.MoveToOuterDisposeScope(), cell.MoveToOuterDisposeScope());
    }

    public new (Tensor, Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);

    public (PackedSequence, Tensor, Tensor) call(PackedSequence input, (Tensor, Tensor)? h0_c0 = null)
    {
        using var scope = NewDisposeScope();
        var shape = _weights.Shape;
        var (output, hidden, cell) = Aten.Call3(
            "lstm.data", input.data, input.batch_sizes, State(input.data, input.LargestBatch, h0_c0), _weights.All,
            shape.Bias, shape.Layers, shape.Dropout, training, shape.Bidirectional);
        return (
            input.With(output.MoveToOuterDisposeScope()), hidden.MoveToOuterDisposeScope(),
            cell.MoveToOuterDisposeScope());
    }

    public void flatten_parameters()
    {
    }

    protected override void RegisterComponents()
    {
    }

    private Tensor[] State(Tensor data, long batch, (Tensor, Tensor)? given) =>
        given is var (hidden, cell) ? [hidden, cell] : [_weights.Start(data, batch), _weights.Start(data, batch)];
}

// The layers whose state is one tensor differ only in the operator.
internal sealed class SingleState(RecurrentWeights weights, string name)
{
    internal RecurrentWeights Weights { get; } = weights;

    internal (Tensor, Tensor) Run(Tensor input, Tensor? start, bool training)
    {
        using var scope = NewDisposeScope();
        var shape = Weights.Shape;
        var (output, hidden) = Aten.Call2(
            name + ".input", input, start ?? Weights.Start(input, Weights.BatchOf(input)), Weights.All, shape.Bias,
            shape.Layers, shape.Dropout, training, shape.Bidirectional, shape.BatchFirst);
        return (output.MoveToOuterDisposeScope(), hidden.MoveToOuterDisposeScope());
    }

    internal (PackedSequence, Tensor) Run(PackedSequence input, Tensor? start, bool training)
    {
        using var scope = NewDisposeScope();
        var shape = Weights.Shape;
        var (output, hidden) = Aten.Call2(
            name + ".data", input.data, input.batch_sizes, start ?? Weights.Start(input.data, input.LargestBatch),
            Weights.All, shape.Bias, shape.Layers, shape.Dropout, training, shape.Bidirectional);
        return (input.With(output.MoveToOuterDisposeScope()), hidden.MoveToOuterDisposeScope());
    }
}
