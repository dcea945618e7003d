using System.Text.RegularExpressions;
using EdgeRestore.Codecs;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.EndToEnd;

/// <summary>The README's Python, run as it stands but for the address.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private const int MaxLineCount = 10;
    private const string Address = "http://127.0.0.1:50052";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task PythonSnippet_RestoresAFrame()
    {
        var readme = File.ReadAllText(Path.Combine(ForeignProgram.Root, "README.md"));
        var snippet = Snippet().Match(readme).Groups[1].Value;
        Assert.InRange(snippet.Split('\n').Length - 1, 1, MaxLineCount);
        Assert.Contains(Address, snippet, StringComparison.Ordinal);
        Assert.Contains("serve --http 127.0.0.1:50052", readme, StringComparison.Ordinal);
        File.WriteAllBytes(_folder.Combine("frame.jpg"), Streaming.Encode(WireCodec.Jpeg));
        await using var daemon = await RunningDaemon.StartAsync(configure: settings => settings with
        {
            Listen = settings.Listen with { HttpEndpoint = "127.0.0.1:0" },
        });

        // Relative paths are the reader's own folder.
        var script = $"import os; os.chdir('{_folder.Path}')\n"
            + snippet.Replace(Address, daemon.HttpAddress.ToString().TrimEnd('/'), StringComparison.Ordinal);
        var output = await ForeignProgram.RunAsync(ForeignProgram.Python, ["-c", script]);

        Assert.StartsWith("noise ", output, StringComparison.Ordinal);
        using var restored = ImageCodec.Load(_folder.Combine("restored.png"), new ImageLimits(1 << 24, 1 << 12));
        Assert.Equal((Streaming.Width, Streaming.Height), (restored.Width, restored.Height));
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex("```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
