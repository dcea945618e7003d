namespace EdgeRestore.Networks;

/// <summary>What a batch norm knows of each channel: (C) each.</summary>
/// <param name="Weight">Factor behind the norm.</param>
/// <param name="Bias">Offset behind it.</param>
/// <param name="Mean">Of the channel while the norm was trained.</param>
/// <param name="Variance">Of the channel while the norm was trained.</param>
public sealed record BatchStatistics<TValue>(TValue Weight, TValue Bias, TValue Mean, TValue Variance)
    where TValue : class;
