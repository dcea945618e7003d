using System.Globalization;
using System.Text.RegularExpressions;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;

namespace EdgeRestore.EndToEnd;

/// <summary>docs/operations.md against the program: every setting, its option and its default.</summary>
public sealed partial class OperationsDocumentTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(ForeignProgram.Root, "docs/operations.md"));

    [Fact]
    public void Settings_AreThoseOfTheProgram()
    {
        var documented = Row().Matches(Text)
            .Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value} {row.Groups[3].Value.Trim('`')}");

        var options = DaemonCommand.Options.ToDictionary(option => option.Key, option => option.Option.Name);
        var actual = typeof(DaemonSettings).GetProperties().SelectMany(section =>
        {
            var defaults = Activator.CreateInstance(section.PropertyType)!;
            return section.PropertyType.GetProperties().Where(property => property.CanWrite).Select(property =>
            {
                var key = $"{section.Name}:{property.Name}";
                return $"{key} {options[key]} {Show(property.GetValue(defaults))}";
            });
        });

        Assert.Equal(actual.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Settings_AllHaveAReason() =>
        Assert.All(Row().Matches(Text), row => Assert.True(row.Groups[4].Value.Trim().Length > 1, row.Value));

    [Fact]
    public void Help_TellsTheDefaultsThatHold()
    {
        var defaults = typeof(DaemonSettings).GetProperties().ToDictionary(
            section => section.Name, section => Activator.CreateInstance(section.PropertyType)!);
        foreach (var (key, option) in DaemonCommand.Options)
        {
            var (section, name) = (key.Split(':')[0], key.Split(':')[1]);
            var value = defaults[section].GetType().GetProperty(name)!.GetValue(defaults[section]);

            // A flag is off, and what has no default says so in its own words.
            if (value is not (null or false))
            {
                Assert.EndsWith($"[default: {Show(value)}]", option.Description, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void EventIds_AreThoseThatAreLogged()
    {
        var log = File.ReadAllText(Path.Combine(ForeignProgram.Root, "src/EdgeRestore.Daemon/Log.cs"));
        var ids = EventId().Matches(log).Select(id => int.Parse(id.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();

        Assert.Equal(ids.Distinct(), ids);
        var sentence = Text[Text.IndexOf("Log entries have stable event ids", StringComparison.Ordinal)..];
        sentence = sentence[..sentence.IndexOf("\n\n", StringComparison.Ordinal)];
        Assert.All(
            Number().Matches(sentence),
            number => Assert.Contains(int.Parse(number.Value, CultureInfo.InvariantCulture), ids));
    }

    private static string Show(object? value) => value switch
    {
        null => "none",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"^\| `(\w+:\w+)` \| `(--[\w-]+)` \| (`[^`]*`|none) \| (.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"LoggerMessage\(\s*(\d+)")]
    private static partial Regex EventId();

    [GeneratedRegex(@"\b\d+\b")]
    private static partial Regex Number();
}
