using System.Reflection;
using System.Text.RegularExpressions;
using TorchSharp.Native;

namespace TorchSharp.Tests.StandIn;

public sealed partial class OperatorNameTests
{
    [Fact]
    public void Sources_EveryOperatorTheyName_ExistsInTheLoadedLibtorch()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var names = new SortedSet<string>();
        foreach (var source in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".cs",
            StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(source)!);
            names.UnionWith(OperatorName().Matches(reader.ReadToEnd()).Select(match => match.Groups[1].Value));
        }

        Assert.True(names.Count > 300, $"Only {names.Count} names found: the pattern no longer fits the sources.");
        Assert.Equal([], names.Where(name => !Aten.Exists(name)));
    }

    [Fact]
    public void Exists_OperatorThatNobodyHas_IsFalse() => Assert.False(Aten.Exists("no_such_operator.Tensor"));

    [GeneratedRegex("""(?:Aten\.\w+|Mutate|Into)\(\s*(?:@out, )?"([A-Za-z0-9_.]+)"[,)]""")]
    private static partial Regex OperatorName();
}
