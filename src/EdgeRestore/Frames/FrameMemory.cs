using System.Numerics;

namespace EdgeRestore.Frames;

/// <summary>Pooled bytes for frames and payloads. Thread-safe.</summary>
/// <remarks>
/// The arrays are pinned for life: engines keep what they have bound to an address, and read and write frames where
/// they lie. <c>ArrayPool</c> can neither pin nor say how much it holds.
/// </remarks>
public static class FrameMemory
{
    /// <summary>What idle arrays may take together; beyond it they are left to the garbage collector.</summary>
    /// <value>128 MiB: 20 frames of 1920x1080 RGB.</value>
    public const long MaxIdleBytes = 128 << 20;

    // Each power of two in four steps, so that at most a quarter is wasted: 1920x1080 RGB takes 7 MiB, not 8.
    private const int StepsLog2 = 2;
    private const int SmallestLog2 = 12;
    private const int ClassCount = (31 - SmallestLog2) << StepsLog2;

    private static readonly Stack<byte[]>[] Idle =
        [.. Enumerable.Range(0, ClassCount).Select(_ => new Stack<byte[]>())];

    private static long _idleBytes;
    private static long _rentedBytes;

    /// <summary>Bytes of the arrays that are rented now.</summary>
    public static long RentedBytes => Interlocked.Read(ref _rentedBytes);

    /// <summary>Bytes of the arrays that wait to be rented.</summary>
    public static long IdleBytes => Interlocked.Read(ref _idleBytes);

    /// <summary>Rents an array with undefined content, of that length or up to a quarter more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or more than an array holds.</exception>
    public static byte[] Rent(int lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthBytes, Array.MaxLength);
        var (index, capacity) = ClassOf(lengthBytes);
        byte[]? buffer = null;
        if (index < ClassCount)
        {
            lock (Idle[index])
            {
                Idle[index].TryPop(out buffer);
            }
        }

        if (buffer is null)
        {
            buffer = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
        }
        else
        {
            Interlocked.Add(ref _idleBytes, -buffer.Length);
        }

        Interlocked.Add(ref _rentedBytes, buffer.Length);
        return buffer;
    }

    /// <summary>Gives a rented array back, once.</summary>
    public static void Return(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        Interlocked.Add(ref _rentedBytes, -buffer.Length);
        var (index, _) = ClassOf(buffer.Length);
        if (index >= ClassCount)
        {
            return;
        }

        if (Interlocked.Add(ref _idleBytes, buffer.Length) > MaxIdleBytes)
        {
            Interlocked.Add(ref _idleBytes, -buffer.Length);
            return;
        }

        lock (Idle[index])
        {
            Idle[index].Push(buffer);
        }
    }

    private static (int Index, int Capacity) ClassOf(int lengthBytes)
    {
        if (lengthBytes <= 1 << SmallestLog2)
        {
            return (0, 1 << SmallestLog2);
        }

        var log2 = BitOperations.Log2((uint)(lengthBytes - 1));
        var step = 1L << (log2 - StepsLog2);
        var steps = (lengthBytes + step - 1) / step;
        var index = ((log2 - SmallestLog2) << StepsLog2) + (int)(steps - (1 << StepsLog2));
        return (index, (int)Math.Min(steps * step, Array.MaxLength));
    }
}
