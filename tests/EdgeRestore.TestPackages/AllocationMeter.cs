namespace EdgeRestore.TestPackages;

/// <summary>Bytes that a path allocates on the calling thread.</summary>
public static class AllocationMeter
{
    private const int MaxMeasurements = 20;

    /// <summary>The fewest bytes of up to 20 measurements; what allocates does so in all of them.</summary>
    /// <param name="frame">Run before anything is measured, too: the first frames may allocate.</param>
    /// <param name="frameCount">Runs in one measurement.</param>
    /// <remarks>
    /// One measurement would not do: the runtime charges the thread for what it does on it itself, now and then, and a
    /// collection that another test sets off can charge it for the rest of its allocation buffer.
    /// </remarks>
    public static long LeastBytes(Action frame, int frameCount)
    {
        Measure(frame, frameCount);
        var least = long.MaxValue;
        for (var count = 0; count < MaxMeasurements && least > 0; count++)
        {
            least = Math.Min(least, Measure(frame, frameCount));
        }

        return least;
    }

    private static long Measure(Action frame, int frameCount)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 0; index < frameCount; index++)
        {
            frame();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
