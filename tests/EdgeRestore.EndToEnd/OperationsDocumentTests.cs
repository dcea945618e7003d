using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using Microsoft.Extensions.Configuration;

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
        foreach (var (key, option, property) in Settings())
        {
            var value = property.GetValue(Activator.CreateInstance(property.DeclaringType!));

            // A flag is off, and what has no default says so in its own words.
            if (value is not (null or false))
            {
                Assert.EndsWith($"[default: {Show(value)}]", option.Description, StringComparison.Ordinal);
            }
        }
    }

    // By asking for what is told to be the last that is allowed, and for the next beyond it.
    [Fact]
    public void Help_TellsTheRangesThatHold()
    {
        foreach (var (key, option, property) in Settings().Where(
            setting => setting.Property.PropertyType == typeof(int)))
        {
            var range = Range().Match(option.Description!);
            Assert.True(range.Success, $"{option.Name}: {option.Description}");
            var (least, most) = (int.Parse(range.Groups[1].Value), int.Parse(range.Groups[2].Value));
            Assert.Equal([false, true, true, false], ((int[])[least - 1, least, most, most + 1]).Select(IsInRange));

            bool IsInRange(int value)
            {
                var configuration = new ConfigurationBuilder()
                    .AddInMemoryCollection([KeyValuePair.Create<string, string?>(key, Show(value))]).Build();
                return Record.Exception(() => DaemonSettings.Read(configuration)) is not { } exception
                    || !exception.Message.Contains(
                        $"{key} is {Show(value)}; allowed is {least} to", StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void EventIds_AreThoseThatAreLogged()
    {
        var log = File.ReadAllText(Path.Combine(ForeignProgram.Root, "src/EdgeRestore.Daemon/Log.cs"));
        var ids = EventId().Matches(log).Select(id => int.Parse(id.Groups[1].Value, CultureInfo.InvariantCulture))
            .ToList();

        Assert.Equal(ids.Distinct(), ids);
        var sentence = Text[Text.IndexOf("Log entries have stable event ids", StringComparison.Ordinal)..];
        sentence = sentence[..sentence.IndexOf("\n\n", StringComparison.Ordinal)];
        Assert.All(
            Number().Matches(sentence),
            number => Assert.Contains(int.Parse(number.Value, CultureInfo.InvariantCulture), ids));
    }

    private static IEnumerable<(string Key, Option Option, PropertyInfo Property)> Settings() =>
        DaemonCommand.Options.Select(option =>
        {
            var (section, name) = (option.Key.Split(':')[0], option.Key.Split(':')[1]);
            return (option.Key, option.Option, typeof(DaemonSettings).GetProperty(section)!.PropertyType.GetProperty(
                name)!);
        });

    private static string Show(object? value) => value switch
    {
        null => "none",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"^\| `(\w+:\w+)` \| `(--[\w-]+)` \| (`[^`]*`|none) \| (.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@" \[(\d+) to (\d+)\] \[default: ")]
    private static partial Regex Range();

    [GeneratedRegex(@"LoggerMessage\(\s*(\d+)")]
    private static partial Regex EventId();

    [GeneratedRegex(@"\b\d+\b")]
    private static partial Regex Number();
}
