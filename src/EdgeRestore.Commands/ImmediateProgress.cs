namespace EdgeRestore.Commands;

/// <summary>Calls back on the reporting thread; <see cref="Progress{T}"/> would do so later and out of order.</summary>
public sealed class ImmediateProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
