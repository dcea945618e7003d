using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Attention over (length, batch, embedding) inputs, as in "Attention Is All You Need", section
/// 3.2.2.</summary>
public sealed class MultiheadAttention
    : Module<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, Tuple<Tensor, Tensor>>
{
    private readonly long _width;
    private readonly long _heads;
    private readonly double _dropout;
    private readonly Parameter _inWeight;
    private readonly Parameter? _inBias;
    private readonly Linear _out;

    internal MultiheadAttention(long embedded_dim, long num_heads, double dropout, bool bias)
        : base(nameof(MultiheadAttention))
    {
        if (embedded_dim % num_heads != 0)
        {
            throw new ArgumentException(
                $"embedded_dim must be divisible by num_heads; found {embedded_dim} and {num_heads}.");
        }

        (_width, _heads, _dropout) = (embedded_dim, num_heads, dropout);
        _inWeight = new Parameter(empty(3 * embedded_dim, embedded_dim));
        init.xavier_uniform_(_inWeight);
        register_parameter("in_proj_weight", _inWeight);
        if (bias)
        {
            _inBias = new Parameter(zeros(3 * embedded_dim));
            register_parameter("in_proj_bias", _inBias);
        }

        _out = Linear(embedded_dim, embedded_dim, bias);
        if (_out.bias is not null)
        {
            init.zeros_(_out.bias);
        }

        register_module("out_proj", _out);
    }

    public new Tuple<Tensor, Tensor> call(
        Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask = null, bool need_weights = true,
        Tensor? attn_mask = null) => base.call(query, key, value, key_padding_mask, need_weights, attn_mask);

    // query: (L, N, E), key and value: (S, N, E); output (L, N, E), weights (N, L, S) averaged over the heads.
    public override Tuple<Tensor, Tensor> forward(
        Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask, bool need_weights, Tensor? attn_mask)
    {
        using var scope = NewDisposeScope();
        var weights = _inWeight.chunk(3);
        var biases = _inBias?.chunk(3);
        var (length, batch, keys) = (query.shape[0], query.shape[1], key.shape[0]);
        var q = Split(functional.linear(query, weights[0], biases?[0]), length, batch);
        var k = Split(functional.linear(key, weights[1], biases?[1]), keys, batch);
        var v = Split(functional.linear(value, weights[2], biases?[2]), keys, batch);
        var scores = (q / Math.Sqrt((double)_width / _heads)).bmm(k.transpose(1, 2));
        if (attn_mask is not null)
        {
            scores = attn_mask.dtype == ScalarType.Bool
                ? scores.masked_fill(attn_mask, double.NegativeInfinity)
                : scores + attn_mask;
        }

        if (key_padding_mask is not null)
        {
            scores = scores.view(batch, _heads, length, keys)
                .masked_fill(key_padding_mask.view(batch, 1, 1, keys), double.NegativeInfinity)
                .view(batch * _heads, length, keys);
        }

        var attention = functional.dropout(scores.softmax(-1), _dropout, training);
        var output = _out.call(attention.bmm(v).transpose(0, 1).reshape(length, batch, _width));
        var average = need_weights
            ? attention.view(batch, _heads, length, keys).mean([1])
            : empty(0, output.dtype, output.device);
        return Tuple.Create(output.MoveToOuterDisposeScope(), average.MoveToOuterDisposeScope());
    }

    protected override void RegisterComponents()
    {
    }

    private Tensor Split(Tensor projected, long length, long batch) =>
        projected.reshape(length, batch * _heads, _width / _heads).transpose(0, 1);
}
