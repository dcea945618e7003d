using System.Collections;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.utils.data;

namespace TorchSharp.Modules;

public class DataLoader : DataLoader<Dictionary<string, Tensor>, Dictionary<string, Tensor>>
{
    public DataLoader(
        Dataset dataset, int batchSize, IEnumerable<long> shuffler, Device? device = null, int num_worker = 1,
        bool drop_last = false, bool disposeBatch = true, bool disposeDataset = true)
        : base(
            dataset, batchSize, Collate, shuffler, device, num_worker, drop_last, disposeBatch, disposeDataset)
    {
    }

    public DataLoader(
        Dataset dataset, int batchSize, bool shuffle = false, Device? device = null, int? seed = null,
        int num_worker = 1, bool drop_last = false, bool disposeBatch = true, bool disposeDataset = true)
        : base(
            dataset, batchSize, Collate, shuffle, device, seed, num_worker, drop_last, disposeBatch,
            disposeDataset)
    {
    }

    private static Dictionary<string, Tensor> Collate(IEnumerable<Dictionary<string, Tensor>> samples, Device device)
    {
        Dictionary<string, Tensor>[] all = [.. samples];
        return all[0].Keys.ToDictionary(key => key, key => Batch(all.Select(sample => sample[key]), device));
    }
}

public class IterableDataLoader : DataLoader<IList<Tensor>, IList<Tensor>>
{
    public IterableDataLoader(
        IterableDataset dataset, int batchSize, IEnumerable<long> shuffler, Device? device = null, int num_worker = 1,
        bool drop_last = false, bool disposeBatch = true, bool disposeDataset = true)
        : base(
            dataset, batchSize, Collate, shuffler, device, num_worker, drop_last, disposeBatch, disposeDataset)
    {
    }

    public IterableDataLoader(
        IterableDataset dataset, int batchSize, bool shuffle = false, Device? device = null, int? seed = null,
        int num_worker = 1, bool drop_last = false, bool disposeBatch = true, bool disposeDataset = true)
        : base(
            dataset, batchSize, Collate, shuffle, device, seed, num_worker, drop_last, disposeBatch,
            disposeDataset)
    {
    }

    private static IList<Tensor> Collate(IEnumerable<IList<Tensor>> samples, Device device)
    {
        IList<Tensor>[] all = [.. samples];
        return [.. Enumerable.Range(0, all[0].Count).Select(i => Batch(all.Select(sample => sample[i]), device))];
    }
}

/// <summary>Draws samples of a dataset and makes batches of them. A batch lives until the next one is asked
/// for.</summary>
public class DataLoader<T, S> : IEnumerable<S>, IDisposable
{
    private readonly Dataset<T> _dataset;
    private readonly int _batchSize;
    private readonly Func<IEnumerable<T>, Device, S> _collate;
    private readonly IEnumerable<long> _order;
    private readonly Device _device;
    private readonly int _workers;
    private readonly bool _dropLast;
    private readonly bool _disposeBatch;
    private readonly bool _disposeDataset;

    public DataLoader(
        Dataset<T> dataset, int batchSize, Func<IEnumerable<T>, Device, S> collate_fn, IEnumerable<long> shuffler,
        Device? device = null, int num_worker = 1, bool drop_last = false, bool disposeBatch = true,
        bool disposeDataset = true)
    {
        (_dataset, _batchSize, _collate, _order) = (dataset, batchSize, collate_fn, shuffler);
        (_device, _workers, _dropLast) = (device ?? CPU, Math.Max(num_worker, 1), drop_last);
        (_disposeBatch, _disposeDataset) = (disposeBatch, disposeDataset);
    }

    public DataLoader(
        Dataset<T> dataset, int batchSize, Func<IEnumerable<T>, Device, S> collate_fn, bool shuffle = false,
        Device? device = null, int? seed = null, int num_worker = 1, bool drop_last = false, bool disposeBatch = true,
        bool disposeDataset = true)
        : this(
            dataset, batchSize, collate_fn,
            shuffle ? new FisherYatesShuffler(dataset.Count, seed) : InOrder(dataset.Count), device, num_worker,
            drop_last, disposeBatch, disposeDataset)
    {
    }

    public Dataset<T> dataset => _dataset;

    public int batch_size => _batchSize;

    public bool drop_last => _dropLast;

    public IEnumerable<long> sampler => _order;

    public int num_workers => _workers;

    public Device Device => _device;

    public bool DisposeBatch => _disposeBatch;

    public bool DisposeDataset => _disposeDataset;

    public Func<IEnumerable<T>, Device, S> collate_fn => _collate;

    public long Count => _dropLast ? _dataset.Count / _batchSize : (_dataset.Count + _batchSize - 1) / _batchSize;

    public IEnumerator<S> GetEnumerator() => new Batches(this);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && _disposeDataset)
        {
            _dataset.Dispose();
        }
    }

    private protected static Tensor Batch(IEnumerable<Tensor> samples, Device device)
    {
        var batch = stack([.. samples]);
        return batch.device_type == device.type && (device.index < 0 || batch.device_index == device.index)
            ? batch
            : batch.to(device, disposeAfter: true);
    }

    private static IEnumerable<long> InOrder(long count)
    {
        for (var i = 0L; i < count; i++)
        {
            yield return i;
        }
    }

    private sealed class Batches(DataLoader<T, S> loader) : IEnumerator<S>
    {
        private readonly List<Tensor> _owned = [];
        private IEnumerator<long> _order = loader._order.GetEnumerator();
        private S? _current;

        public S Current => _current!;

        object? IEnumerator.Current => Current;

        public bool MoveNext()
        {
            Release();
            var indices = new List<long>(loader._batchSize);
            while (indices.Count < loader._batchSize && _order.MoveNext())
            {
                indices.Add(_order.Current);
            }

            if (indices.Count == 0 || (loader._dropLast && indices.Count < loader._batchSize))
            {
                _current = default;
                return false;
            }

            using var scope = NewDisposeScope();
            var samples = new T[indices.Count];
            if (loader._workers == 1)
            {
                for (var i = 0; i < samples.Length; i++)
                {
                    samples[i] = loader._dataset.GetTensor(indices[i]);
                }
            }
            else
            {
                // A worker's tensors belong to no scope: scopes are per thread.
                Parallel.For(
                    0, samples.Length, new() { MaxDegreeOfParallelism = loader._workers },
                    i => samples[i] = loader._dataset.GetTensor(indices[i]));
            }

            _current = loader._collate(samples, loader._device);
            foreach (var tensor in TensorsOf(_current))
            {
                tensor.DetachFromDisposeScope();
                if (loader._disposeBatch)
                {
                    _owned.Add(tensor);
                }
            }

            return true;
        }

        public void Reset()
        {
            Release();
            _order.Dispose();
            _order = loader._order.GetEnumerator();
        }

        public void Dispose()
        {
            Release();
            _order.Dispose();
        }

        // What a batch may be made of: a tensor, a tuple, a list or a dictionary of such.
        private static IEnumerable<Tensor> TensorsOf(object? value) => value switch
        {
            Tensor tensor => [tensor],
            System.Runtime.CompilerServices.ITuple tuple =>
                Enumerable.Range(0, tuple.Length).SelectMany(i => TensorsOf(tuple[i])),
            IDictionary dictionary => dictionary.Values.Cast<object?>().SelectMany(TensorsOf),
            string => [],
            IEnumerable items => items.Cast<object?>().SelectMany(TensorsOf),
            _ => [],
        };

        private void Release()
        {
            foreach (var tensor in _owned)
            {
                tensor.Dispose();
            }

            _owned.Clear();
        }
    }
}
