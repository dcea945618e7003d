using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

// The parameters of a recurrent layer, in the order that libtorch takes them, under PyTorch's names.
internal sealed class RecurrentWeights
{
    private readonly List<Parameter> _all = [];

    internal RecurrentWeights(Module owner, RecurrentShape shape, Device? device, ScalarType? dtype)
    {
        Shape = shape;
        var bound = 1 / Math.Sqrt(shape.Hidden);
        for (var layer = 0L; layer < shape.Layers; layer++)
        {
            for (var direction = 0; direction < shape.Directions; direction++)
            {
                var input = layer == 0 ? shape.Input : shape.Hidden * shape.Directions;
                var suffix = $"_l{layer}{(direction == 1 ? "_reverse" : "")}";
                Add("weight_ih", [shape.Gates * shape.Hidden, input]);
                Add("weight_hh", [shape.Gates * shape.Hidden, shape.Hidden]);
                if (shape.Bias)
                {
                    Add("bias_ih", [shape.Gates * shape.Hidden]);
                    Add("bias_hh", [shape.Gates * shape.Hidden]);
                }

                void Add(string name, long[] size)
                {
                    var parameter = new Parameter(empty(size, dtype, device));
                    init.uniform_(parameter, -bound, bound);
                    owner.register_parameter(name + suffix, parameter);
                    _all.Add(parameter);
                }
            }
        }
    }

    internal RecurrentShape Shape { get; }

    internal Tensor[] All => [.. _all];

    // Zeros: (layers x directions, N, hidden).
    internal Tensor Start(Tensor data, long batch) =>
        zeros([Shape.Layers * Shape.Directions, batch, Shape.Hidden], data.dtype, data.device);

    internal long BatchOf(Tensor input) => Shape.BatchFirst ? input.shape[0] : input.shape[1];

    internal Parameter? Get(string name, long layer) =>
        _all.Count == 0
            ? null
            : _all.ElementAtOrDefault(
                (int)(layer * Shape.Directions * (Shape.Bias ? 4 : 2)) + (name switch
                {
                    "weight_ih" => 0,
                    "weight_hh" => 1,
                    "bias_ih" when Shape.Bias => 2,
                    "bias_hh" when Shape.Bias => 3,
                    _ => int.MaxValue / 2,
                }));
}

internal sealed record RecurrentShape(
    long Gates, long Input, long Hidden, long Layers, bool Bias, bool BatchFirst, double Dropout, bool Bidirectional)
{
    internal int Directions => Bidirectional ? 2 : 1;
}
