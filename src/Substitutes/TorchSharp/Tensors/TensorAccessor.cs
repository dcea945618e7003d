using System.Collections;

namespace TorchSharp.Utils;

/// <summary>Element access to a CPU tensor's memory, strides and all; elements come in row-major order.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T>
    where T : unmanaged
{
    private readonly torch.Tensor _tensor;
    private readonly long[] _sizes;
    private readonly long[] _strides;
    private readonly nint _data;
    private readonly bool _contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
        {
            throw new InvalidOperationException(
                "Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before "
                + "reading.");
        }

        // An alias of our own, outside every scope: the memory stays while the accessor does.
        _tensor = tensor.alias().DetachFromDisposeScope();
        _sizes = tensor.shape;
        _strides = tensor.stride();
        _contiguous = tensor.is_contiguous();
        unsafe
        {
            _data = (nint)tensor.DataPointer();
        }

        Count = tensor.NumberOfElements;
    }

    public long Count { get; }

    public bool IsSpanLike => _contiguous;

    public T this[params long[] indices]
    {
        get => At(Offset(indices));
        set => At(Offset(indices)) = value;
    }

    public T this[long index]
    {
        get => At(Offset(index));
        set => At(Offset(index)) = value;
    }

    public unsafe T[] ToArray()
    {
        var values = new T[Count];
        if (_contiguous)
        {
            new ReadOnlySpan<T>((void*)_data, checked((int)Count)).CopyTo(values);
            GC.KeepAlive(this);
            return values;
        }

        for (var i = 0L; i < Count; i++)
        {
            values[i] = At(Offset(i));
        }

        return values;
    }

    public Array ToNDArray()
    {
        if (_sizes.Length == 0)
        {
            return new[] { At(0) };
        }

        var array = Array.CreateInstance(typeof(T), _sizes);
        var index = new long[_sizes.Length];
        for (var i = 0L; i < Count; i++)
        {
            var rest = i;
            for (var d = _sizes.Length - 1; d >= 0; d--)
            {
                index[d] = rest % _sizes[d];
                rest /= _sizes[d];
            }

            array.SetValue(At(Offset(i)), index);
        }

        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0)
    {
        for (var i = tensorIndex; i < Count; i++)
        {
            array[arrayIndex + i - tensorIndex] = At(Offset(i));
        }
    }

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        for (var i = tensorIndex; i < Count; i++)
        {
            array[(int)(arrayIndex + i - tensorIndex)] = At(Offset(i));
        }
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyFrom(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        for (var i = tensorIndex; i < Count && arrayIndex + i - tensorIndex < array.Length; i++)
        {
            At(Offset(i)) = array[(int)(arrayIndex + i - tensorIndex)];
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0L; i < Count; i++)
        {
            yield return At(Offset(i));
        }
    }

    public void Dispose() => _tensor.Dispose();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private unsafe ref T At(long offset)
    {
        if (_tensor.IsInvalid)
        {
            throw new ObjectDisposedException(nameof(TensorAccessor<T>));
        }

        return ref ((T*)_data)[offset];
    }

    private long Offset(long index)
    {
        if (index < 0 || index >= Count)
        {
            throw new IndexOutOfRangeException($"Index {index} is outside the tensor's {Count} elements.");
        }

        if (_contiguous)
        {
            return index;
        }

        var offset = 0L;
        for (var d = _sizes.Length - 1; d >= 0; d--)
        {
            offset += index % _sizes[d] * _strides[d];
            index /= _sizes[d];
        }

        return offset;
    }

    private long Offset(long[] indices)
    {
        if (indices.Length != _sizes.Length)
        {
            if (indices.Length == 1)
            {
                return Offset(indices[0]);
            }

            throw new ArgumentException($"{indices.Length} indices for a tensor of {_sizes.Length} dimensions.");
        }

        var offset = 0L;
        for (var d = 0; d < indices.Length; d++)
        {
            if (indices[d] < 0 || indices[d] >= _sizes[d])
            {
                throw new IndexOutOfRangeException(
                    $"Index {indices[d]} is outside dimension {d}, which has {_sizes[d]} elements.");
            }

            offset += indices[d] * _strides[d];
        }

        return offset;
    }
}
