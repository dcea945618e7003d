using TorchSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>One step of a recurrent layer: input (N, features), state (N, hidden).</summary>
public abstract class RecurrentCell<TState, TResult> : Module<Tensor, TState, TResult>
{
    private readonly long _hidden;

    private protected RecurrentCell(
        string name, long gates, long inputSize, long hiddenSize, bool bias, Device? device, ScalarType? dtype)
        : base(name)
    {
        _hidden = hiddenSize;
        var bound = 1 / Math.Sqrt(hiddenSize);
        Add(nameof(weight_ih), gates * hiddenSize, inputSize);
        Add(nameof(weight_hh), gates * hiddenSize, hiddenSize);
        if (bias)
        {
            Add(nameof(bias_ih), gates * hiddenSize);
            Add(nameof(bias_hh), gates * hiddenSize);
        }

        void Add(string parameter, params long[] size)
        {
            var values = new Parameter(empty(size, dtype, device));
            init.uniform_(values, -bound, bound);
            register_parameter(parameter, values);
        }
    }

    public Parameter weight_ih
    {
        get => get_parameter(nameof(weight_ih))!;
        set => ConditionallyRegisterParameter(nameof(weight_ih), value);
    }

    public Parameter weight_hh
    {
        get => get_parameter(nameof(weight_hh))!;
        set => ConditionallyRegisterParameter(nameof(weight_hh), value);
    }

    public Parameter? bias_ih
    {
        get => get_parameter(nameof(bias_ih));
        set => ConditionallyRegisterParameter(nameof(bias_ih), value);
    }

    public Parameter? bias_hh
    {
        get => get_parameter(nameof(bias_hh));
        set => ConditionallyRegisterParameter(nameof(bias_hh), value);
    }

    protected override void RegisterComponents()
    {
    }

    private protected Tensor Start(Tensor input) => zeros([input.shape[0], _hidden], input.dtype, input.device);

    private protected Tensor Step(string name, Tensor input, Tensor? hx)
    {
        using var scope = NewDisposeScope();
        return Aten.Call(name, input, hx ?? Start(input), weight_ih, weight_hh, bias_ih, bias_hh)
            .MoveToOuterDisposeScope();
    }
}

public sealed class RNNCell : RecurrentCell<Tensor?, Tensor>
{
    private readonly string _name;

    internal RNNCell(
        long inputSize, long hiddenSize, NonLinearities nonLinearity, bool bias, Device? device, ScalarType? dtype)
        : base(nameof(RNNCell), 1, inputSize, hiddenSize, bias, device, dtype) =>
        _name = nonLinearity == NonLinearities.ReLU ? "rnn_relu_cell" : "rnn_tanh_cell";

    public override Tensor forward(Tensor input, Tensor? h0 = null) => Step(_name, input, h0);

    public new Tensor call(Tensor input1, Tensor? input2 = null) => base.call(input1, input2);
}

public sealed class GRUCell : RecurrentCell<Tensor?, Tensor>
{
    internal GRUCell(long inputSize, long hiddenSize, bool bias, Device? device, ScalarType? dtype)
        : base(nameof(GRUCell), 3, inputSize, hiddenSize, bias, device, dtype)
    {
    }

    public override Tensor forward(Tensor input, Tensor? h0 = null) => Step("gru_cell", input, h0);

    public new Tensor call(Tensor input1, Tensor? input2 = null) => base.call(input1, input2);
}

public sealed class LSTMCell : RecurrentCell<(Tensor, Tensor)?, (Tensor, Tensor)>
{
    internal LSTMCell(long inputSize, long hiddenSize, bool bias, Device? device, ScalarType? dtype)
        : base(nameof(LSTMCell), 4, inputSize, hiddenSize, bias, device, dtype)
    {
    }

    public override (Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0 = null)
    {
        using var scope = NewDisposeScope();
        var (hidden, memory) = h0_c0 ?? (Start(input), Start(input));
        var (next, state) = Aten.Call2(
            "lstm_cell", input, new[] { hidden, memory }, weight_ih, weight_hh, bias_ih, bias_hh);
        return (next.MoveToOuterDisposeScope(), state.MoveToOuterDisposeScope());
    }

    public new (Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);
}
