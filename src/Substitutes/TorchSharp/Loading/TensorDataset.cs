using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Samples are the rows of tensors that are equally long.</summary>
public class TensorDataset : utils.data.Dataset<IList<Tensor>>
{
    private readonly Tensor[] _tensors;

    internal TensorDataset(Tensor[] tensors)
    {
        if (tensors is null || tensors.Length == 0)
        {
            throw new ArgumentNullException(nameof(tensors));
        }

        if (tensors.Any(tensor => tensor.shape[0] != tensors[0].shape[0]))
        {
            throw new ArgumentException("All tensors must have the same first dimension size.", nameof(tensors));
        }

        _tensors = tensors;
    }

    public override long Count => _tensors[0].shape[0];

    public IList<Tensor> this[long index] => [.. _tensors.Select(tensor => tensor[index])];

    public override IList<Tensor> GetTensor(long index) => this[index];
}
