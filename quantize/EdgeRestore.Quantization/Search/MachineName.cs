namespace EdgeRestore.Quantization.Search;

internal static class MachineName
{
    /// <summary>The CPU's own name and its cores, for people who read measured figures.</summary>
    public static string Read()
    {
        const string Key = "model name";
        var line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal))
            : null;
        var name = line?[(line.IndexOf(':') + 1)..].Trim() ?? "CPU of unknown name";
        return $"{name}, {Environment.ProcessorCount} cores";
    }
}
