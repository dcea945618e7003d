using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Self-attention, then a feed-forward network, each with a residual and a normalisation behind it.</summary>
public sealed class TransformerEncoderLayer : Module<Tensor, Tensor?, Tensor?, Tensor>, IModule<Tensor, Tensor>
{
    private readonly TransformerShape _shape;
    private readonly MultiheadAttention self_attn;
    private readonly Linear linear1;
    private readonly Linear linear2;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;

    internal TransformerEncoderLayer(TransformerShape shape)
        : base(nameof(TransformerEncoderLayer))
    {
        _shape = shape;
        self_attn = MultiheadAttention(shape.Width, shape.Heads, shape.Dropout);
        linear1 = Linear(shape.Width, shape.FeedForward);
        linear2 = Linear(shape.FeedForward, shape.Width);
        norm1 = LayerNorm(shape.Width);
        norm2 = LayerNorm(shape.Width);
        RegisterComponents();
    }

    // src: (S, N, E); src_mask: (S, S); src_key_padding_mask: (N, S), true where there is nothing
    public override Tensor forward(Tensor src, Tensor? src_mask, Tensor? src_key_padding_mask)
    {
        using var scope = NewDisposeScope();
        var x = norm1.call(src + _shape.Attend(self_attn, src, src, src_mask, src_key_padding_mask, training));
        return norm2.call(x + _shape.FeedForwardOf(x, linear1, linear2, training)).MoveToOuterDisposeScope();
    }

    public new Tensor call(Tensor src, Tensor? src_mask = null, Tensor? src_key_padding_mask = null) =>
        base.call(src, src_mask, src_key_padding_mask);

    Tensor IModule<Tensor, Tensor>.call(Tensor input1) => call(input1);

    internal TransformerEncoderLayer Copy() => TransformerShape.Copy(this, new(_shape));
}

/// <summary>As the encoder's layer, with attention to the encoder's output between the two.</summary>
public sealed class TransformerDecoderLayer
    : Module<Tensor, Tensor, Tensor?, Tensor?, Tensor?, Tensor?, Tensor>, IModule<Tensor, Tensor, Tensor>
{
    private readonly TransformerShape _shape;
    private readonly MultiheadAttention self_attn;
    private readonly MultiheadAttention multihead_attn;
    private readonly Linear linear1;
    private readonly Linear linear2;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly LayerNorm norm3;

    internal TransformerDecoderLayer(TransformerShape shape)
        : base(nameof(TransformerDecoderLayer))
    {
        _shape = shape;
        self_attn = MultiheadAttention(shape.Width, shape.Heads, shape.Dropout);
        multihead_attn = MultiheadAttention(shape.Width, shape.Heads, shape.Dropout);
        linear1 = Linear(shape.Width, shape.FeedForward);
        linear2 = Linear(shape.FeedForward, shape.Width);
        norm1 = LayerNorm(shape.Width);
        norm2 = LayerNorm(shape.Width);
        norm3 = LayerNorm(shape.Width);
        RegisterComponents();
    }

    // tgt: (T, N, E), memory: (S, N, E)
    public override Tensor forward(
        Tensor tgt, Tensor memory, Tensor? tgt_mask, Tensor? memory_mask = null, Tensor? tgt_key_padding_mask = null,
        Tensor? memory_key_padding_mask = null)
    {
        using var scope = NewDisposeScope();
        var x = norm1.call(tgt + _shape.Attend(self_attn, tgt, tgt, tgt_mask, tgt_key_padding_mask, training));
        x = norm2.call(
            x + _shape.Attend(multihead_attn, x, memory, memory_mask, memory_key_padding_mask, training));
        return norm3.call(x + _shape.FeedForwardOf(x, linear1, linear2, training)).MoveToOuterDisposeScope();
    }

    public new Tensor call(
        Tensor tgt, Tensor memory, Tensor? tgt_mask = null, Tensor? memory_mask = null,
        Tensor? tgt_key_padding_mask = null, Tensor? memory_key_padding_mask = null) =>
        base.call(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask);

    Tensor IModule<Tensor, Tensor, Tensor>.call(Tensor input1, Tensor input2) => call(input1, input2);

    internal TransformerDecoderLayer Copy() => TransformerShape.Copy(this, new(_shape));
}

internal sealed record TransformerShape(
    long Width, long Heads, long FeedForward, double Dropout, Activations Activation)
{
    internal Tensor Attend(
        MultiheadAttention attention, Tensor query, Tensor memory, Tensor? mask, Tensor? padding, bool training)
    {
        var (output, _) = attention.call(query, memory, memory, padding, false, mask);
        return functional.dropout(output, Dropout, training);
    }

    internal Tensor FeedForwardOf(Tensor x, Linear inner, Linear outer, bool training)
    {
        var hidden = inner.call(x);
        hidden = Activation == Activations.GELU ? functional.gelu(hidden) : functional.relu(hidden);
        return functional.dropout(
            outer.call(functional.dropout(hidden, Dropout, training)), Dropout, training);
    }

    // A stack begins with equal layers, as PyTorch's does.
    internal static T Copy<T>(T from, T to)
        where T : Module
    {
        to.load_state_dict(from.state_dict());
        return to;
    }
}
