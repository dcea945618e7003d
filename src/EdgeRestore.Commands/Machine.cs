using System.Runtime.InteropServices;

namespace EdgeRestore.Commands;

/// <summary>What figures were measured on, to stand beside them.</summary>
public sealed record Machine(string Processor, int Cores, string OperatingSystem, string Runtime)
{
    /// <summary>This one; its cores are those that the process may use.</summary>
    public static Machine Current { get; } = new(
        NameOfProcessor(),
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);

    /// <summary>In a few words, for one line of a report.</summary>
    public string Describe() => $"{Processor}, {Cores} cores";

    // Linux alone tells it; elsewhere the architecture must do.
    private static string NameOfProcessor()
    {
        const string Path = "/proc/cpuinfo";
        var line = File.Exists(Path)
            ? File.ReadLines(Path)
                .FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
