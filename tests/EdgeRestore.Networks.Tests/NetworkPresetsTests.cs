namespace EdgeRestore.Networks.Tests;

public sealed class NetworkPresetsTests
{
    public static TheoryData<string> Names => [.. NetworkPresets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Create_Preset_IsTheNetworkOfThatName(string name)
    {
        var network = NetworkPresets.Create(name);

        Assert.Equal(name, network.Preset);
        Assert.StartsWith(network.Family, name, StringComparison.Ordinal);
        Assert.True(NetworkCost.Of(network).Parameters > 100_000);
    }

    // The table is made of these lines, so a preset that changes or comes in fails here until the document says so.
    [Fact]
    public void Document_TableOfPresets_IsWhatTheCounterSays()
    {
        var found = File.ReadLines("networks.md").Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        Assert.Equal(NetworkPresets.Names.Select(Line), found);

        static string Line(string name)
        {
            var network = NetworkPresets.Create(name);
            var cost = NetworkCost.Of(network);
            var prompt = network.Prompt is { } taken ? $"`{taken.Name}` " : "";
            return FormattableString.Invariant(
                $"| `{name}` | {cost.Parameters / 1e6:F2} | {cost.Macs / 1e9:F2} | {network.SizeMultiple} | {prompt}|");
        }
    }

    [Fact]
    public void Create_UnknownName_NamesThoseThatThereAre()
    {
        var error = Assert.Throws<ArgumentException>(() => NetworkPresets.Create("symunet-xxl"));

        Assert.Contains("'symunet-xxl'", error.Message, StringComparison.Ordinal);
        Assert.All(NetworkPresets.Names, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }
}
