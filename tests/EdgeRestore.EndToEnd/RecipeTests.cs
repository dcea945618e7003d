using System.Text.RegularExpressions;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// The Python of docs/recipes.md and the README, run as it stands but for the camera and the daemon's port.
/// </summary>
public sealed partial class RecipeTests : IDisposable
{
    private const string Camera = "rtsp://camera/stream";
    private const string Daemon = "127.0.0.1:50051";
    private const int LineCount = 10;
    private const int Width = 640;
    private const int Height = 480;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task PythonCameraLoop_RestoresFrames()
    {
        await ForeignProgram.RequireAsync(ForeignProgram.Python, "-c", "import grpc, google.protobuf");
        await ForeignProgram.RequireAsync("protoc", "--version");
        await ForeignProgram.RequireAsync("ffmpeg", "-version");
        var recipes = Read("docs/recipes.md");
        var snippet = Python().Match(recipes).Groups[1].Value;
        Assert.Equal(LineCount, snippet.TrimEnd().Split('\n').Length);
        Assert.Contains(snippet, Read("README.md"), StringComparison.Ordinal);
        Assert.Contains(Camera, snippet, StringComparison.Ordinal);
        Assert.Contains(Daemon, snippet, StringComparison.Ordinal);
        await MakeModulesAsync(Protoc().Match(recipes).Value);
        using var frame = TestFrames.Create(Width, Height, Degradation.Noise, blue: 90);
        File.WriteAllBytes(_folder.Combine("camera.png"), ImageCodec.Encode(frame, ImageFileFormat.Png));
        await using var daemon = await RunningDaemon.StartAsync();

        // Its standard output is a file here: a test reads text from programs, and this is pixels.
        var script = $"import os; os.dup2(os.open('{_folder.Combine("restored.rgb")}', os.O_WRONLY | os.O_CREAT), 1)\n"
            + snippet.Replace(Camera, _folder.Combine("camera.png"), StringComparison.Ordinal)
                .Replace(Daemon, daemon.Address.Authority, StringComparison.Ordinal);
        await ForeignProgram.RunAsync(ForeignProgram.Python, ["-c", script], pythonPath: _folder.Path);

        var levels = TestPackage.LevelsOf(Degradation.Noise);
        Assert.Equal(
            frame.Pixels.ToArray().Select(level => (byte)Math.Min(255, level + levels)),
            File.ReadAllBytes(_folder.Combine("restored.rgb")));
    }

    public void Dispose() => _folder.Dispose();

    private static string Read(string path) => File.ReadAllText(Path.Combine(ForeignProgram.Root, path));

    private Task MakeModulesAsync(string command)
    {
        var words = command.Split(' ');
        return ForeignProgram.RunAsync(words[0], words[1..].Select(word => word switch
        {
            "-Iproto" => $"-I{ForeignProgram.Root}/proto",
            "--python_out=." or "--grpc_out=." => word[..^1] + _folder.Path,
            _ => word,
        }));
    }

    [GeneratedRegex("```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Python();

    [GeneratedRegex("^protoc .*$", RegexOptions.Multiline)]
    private static partial Regex Protoc();
}
