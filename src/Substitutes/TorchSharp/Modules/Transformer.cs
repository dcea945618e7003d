using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public sealed class TransformerEncoder : Module<Tensor, Tensor?, Tensor?, Tensor>, IModule<Tensor, Tensor>
{
    private readonly ModuleList<TransformerEncoderLayer> layers;

    internal TransformerEncoder(TransformerEncoderLayer layer, long count)
        : base(nameof(TransformerEncoder))
    {
        layers = new([.. Enumerable.Range(0, (int)count).Select(_ => layer.Copy())]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor src, Tensor? src_mask, Tensor? src_key_padding_mask)
    {
        using var scope = NewDisposeScope();
        var x = src.alias();
        foreach (var layer in layers)
        {
            x = layer.call(x, src_mask, src_key_padding_mask);
        }

        return x.MoveToOuterDisposeScope();
    }

    public new Tensor call(Tensor input1, Tensor? input2 = null, Tensor? input3 = null) =>
        base.call(input1, input2, input3);

    Tensor IModule<Tensor, Tensor>.call(Tensor input1) => call(input1);
}

public sealed class TransformerDecoder
    : Module<Tensor, Tensor, Tensor?, Tensor?, Tensor?, Tensor?, Tensor>, IModule<Tensor, Tensor, Tensor>
{
    private readonly ModuleList<TransformerDecoderLayer> layers;

    internal TransformerDecoder(TransformerDecoderLayer layer, long count)
        : base(nameof(TransformerDecoder))
    {
        layers = new([.. Enumerable.Range(0, (int)count).Select(_ => layer.Copy())]);
        RegisterComponents();
    }

    public override Tensor forward(
        Tensor tgt, Tensor memory, Tensor? tgt_mask, Tensor? memory_mask = null, Tensor? tgt_key_padding_mask = null,
        Tensor? memory_key_padding_mask = null)
    {
        using var scope = NewDisposeScope();
        var x = tgt.alias();
        foreach (var layer in layers)
        {
            x = layer.call(x, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask);
        }

        return x.MoveToOuterDisposeScope();
    }

    public new Tensor call(
        Tensor tgt, Tensor memory, Tensor? tgt_mask = null, Tensor? memory_mask = null,
        Tensor? tgt_key_padding_mask = null, Tensor? memory_key_padding_mask = null) =>
        base.call(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask);

    Tensor IModule<Tensor, Tensor, Tensor>.call(Tensor input1, Tensor input2) => call(input1, input2);
}

/// <summary>Encoder and decoder of "Attention Is All You Need", each with a normalisation behind it.</summary>
public sealed class Transformer : Module<Tensor, Tensor, Tensor>
{
    private readonly TransformerEncoder encoder;
    private readonly TransformerDecoder decoder;
    private readonly LayerNorm encoder_norm;
    private readonly LayerNorm decoder_norm;

    internal Transformer(TransformerShape shape, long encoderLayers, long decoderLayers)
        : base(nameof(Transformer))
    {
        encoder = new(new(shape), encoderLayers);
        decoder = new(new(shape), decoderLayers);
        encoder_norm = LayerNorm(shape.Width);
        decoder_norm = LayerNorm(shape.Width);
        RegisterComponents();
        foreach (var parameter in parameters().Where(parameter => parameter.dim() > 1))
        {
            init.xavier_uniform_(parameter);
        }
    }

    // src: (S, N, E), tgt: (T, N, E)
    public Tensor call(
        Tensor src, Tensor tgt, Tensor? src_mask, Tensor? tgt_mask = null, Tensor? memory_mask = null,
        Tensor? src_key_padding_mask = null, Tensor? tgt_key_padding_mask = null,
        Tensor? memory_key_padding_mask = null)
    {
        using var scope = NewDisposeScope();
        var memory = encoder_norm.call(encoder.call(src, src_mask, src_key_padding_mask));
        var output = decoder.call(
            tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask);
        return decoder_norm.call(output).MoveToOuterDisposeScope();
    }

    public override Tensor forward(Tensor src, Tensor tgt) => call(src, tgt, null);
}
