namespace EdgeRestore.Networks;

/// <summary>Where a network selects channels, and by what.</summary>
/// <param name="Name">Of the place.</param>
/// <param name="Logits">(degradations, channels): the largest of a row are selected.</param>
/// <param name="Count">How many of a row.</param>
public sealed record SelectionLogits<TValue>(string Name, TValue Logits, int Count)
    where TValue : class;
