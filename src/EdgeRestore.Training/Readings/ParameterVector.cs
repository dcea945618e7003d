using EdgeRestore.Networks.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Readings;

/// <summary>All parameters of a network as one vector, and the named views that a reading takes.</summary>
/// <remarks>
/// One leaf instead of hundreds: the optimiser, the clipping, the average and the checkpoint each touch one tensor, and
/// backward concatenates the gradients once. Kernels come first, so that they are cast to bfloat16 in one piece.
/// </remarks>
internal sealed class ParameterVector
{
    private readonly ParameterSlot[] _kernels;
    private readonly ParameterSlot[] _others;

    public ParameterVector(IReadOnlyList<ParameterSlot> slots)
    {
        _kernels = [.. slots.Where(slot => slot.IsKernel)];
        _others = [.. slots.Where(slot => !slot.IsKernel)];
        Slots = [.. _kernels, .. _others];
        Length = Slots.Sum(slot => slot.Length);
    }

    /// <summary>In the order of the vector.</summary>
    public IReadOnlyList<ParameterSlot> Slots { get; }

    public int Length { get; }

    /// <summary>The vector for these weights, which have all parameters of a network.</summary>
    public static ParameterVector Of(NamedTensors weights) =>
        new([.. weights.Select(tensor => new ParameterSlot(tensor.Name, tensor.Shape))]);

    /// <summary>Puts weights into the order of the vector.</summary>
    public float[] Pack(NamedTensors weights) => [.. Slots.SelectMany(slot => weights[slot.Name].Values)];

    /// <summary>The values by name.</summary>
    public NamedTensors Unpack(float[] vector)
    {
        var weights = new NamedTensors();
        foreach (var (slot, values) in Read(vector))
        {
            weights.Add(new NamedTensor(slot.Name, slot.Shape, values));
        }

        return weights;
    }

    /// <summary>Views of the vector by name; kernels in <paramref name="computeType"/>.</summary>
    public Dictionary<string, Tensor> Bind(Tensor vector, ScalarType computeType)
    {
        var views = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var kernelLength = _kernels.Sum(slot => slot.Length);
        AddViews(views, _kernels, vector.narrow(0, 0, kernelLength).to(computeType));
        AddViews(views, _others, vector.narrow(0, kernelLength, Length - kernelLength));
        return views;
    }

    /// <summary>Copies the values of each parameter out, for export and checkpoints.</summary>
    public IEnumerable<(ParameterSlot Slot, float[] Values)> Read(float[] vector)
    {
        var offset = 0;
        foreach (var slot in Slots)
        {
            yield return (slot, vector[offset..(offset + slot.Length)]);
            offset += slot.Length;
        }
    }

    /// <summary>1 for elements that a filter picks, else 0.</summary>
    public float[] Mark(Func<ParameterSlot, bool> filter)
    {
        var marks = new float[Length];
        var offset = 0;
        foreach (var slot in Slots)
        {
            marks.AsSpan(offset, slot.Length).Fill(filter(slot) ? 1 : 0);
            offset += slot.Length;
        }

        return marks;
    }

    private static void AddViews(Dictionary<string, Tensor> views, ParameterSlot[] slots, Tensor part)
    {
        if (slots.Length == 0)
        {
            return;
        }

        var pieces = part.split([.. slots.Select(slot => (long)slot.Length)], 0);
        for (var index = 0; index < slots.Length; index++)
        {
            views.Add(slots[index].Name, pieces[index].view(slots[index].Shape));
        }
    }
}
