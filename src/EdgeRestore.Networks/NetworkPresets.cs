namespace EdgeRestore.Networks;

/// <summary>Restoration networks by the names of their presets, of every family.</summary>
public static class NetworkPresets
{
    private static readonly Dictionary<string, Func<RestorationNetwork>> Presets = new Func<RestorationNetwork>[]
    {
        () => new EdgeNetwork(EdgeNetworkConfig.Small),
        () => new EdgeNetwork(EdgeNetworkConfig.ExtraSmall),
        () => new EdgeNetwork(EdgeNetworkConfig.Medium),
        () => new EdgeNetwork(EdgeNetworkConfig.Large),
        () => new CSNet(CSNetConfig.Published),
        () => new CSNet(CSNetConfig.Small),
        () => new CSNet(CSNetConfig.SmallText),
        () => new Restormer(RestormerConfig.Published),
        () => new SeSymUNet(SeSymUNetConfig.Published),
        () => new SymUNet(SymUNetConfig.Published),
        () => new SymUNet(SymUNetConfig.Wide32),
        () => new SymUNet(SymUNetConfig.Wide16),
        () => new SymUNet(SymUNetConfig.Medium),
        () => new SymUNet(SymUNetConfig.Small),
        () => new SymUNet(SymUNetConfig.ExtraSmall),
    }.ToDictionary(create => create().Preset, StringComparer.Ordinal);

    /// <summary>All names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Presets.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The network of a preset.</summary>
    /// <exception cref="ArgumentException">There is no preset of this name.</exception>
    public static RestorationNetwork Create(string name) => Presets.TryGetValue(name, out var create)
        ? create()
        : throw new ArgumentException(
            $"There is no network preset '{name}'. Presets: {string.Join(", ", Names)}.", nameof(name));
}
