using System.Security.Cryptography;
using System.Text;

namespace EdgeRestore.Cli.Tests.Streaming;

public sealed class TokenCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Tokens => _folder.File("tokens");

    [Fact]
    public async Task Token_Two_AreAddedAsHashesAndPrintedOnce()
    {
        var first = await Terminal.RunAsync("token", "camera-1", "--role", "stream", "--file", Tokens);
        var second = await Terminal.RunAsync(
            "token", "dashboard", "--role", "observe", "--file", Tokens, "--days", "30");

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        var lines = File.ReadAllLines(Tokens);
        Assert.Equal($"camera-1 stream {Hash(first.Output)}", lines[0]);
        Assert.StartsWith($"dashboard observe {Hash(second.Output)} 2", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("Z", lines[1], StringComparison.Ordinal);
        Assert.NotEqual(first.Output, second.Output);
        Assert.Equal([Tokens], Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("600")]
    [InlineData("640")]
    [InlineData("644")]
    public async Task Token_FileThatIsThere_StaysWithItsOwnerGroupAndMode(string mode)
    {
        // Root gives it to the daemon's group, as operators do; others can give it to nobody.
        var owner = Environment.IsPrivilegedProcess
            ? "65534:65534"
            : $"{(await StatAsync("%u:%g", _folder.Path)).Trim()}";
        File.WriteAllText(Tokens, "# no end of line");
        await Shell.RunAsync("chown", [owner, Tokens]);
        await Shell.RunAsync("chmod", [mode, Tokens]);

        var outcome = await Terminal.RunAsync("token", "camera-1", "--role", "stream", "--file", Tokens);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal($"{owner} {mode}\n", await StatAsync("%u:%g %a", Tokens));
        Assert.Equal(["# no end of line", $"camera-1 stream {Hash(outcome.Output)}"], File.ReadAllLines(Tokens));
    }

    [Fact]
    public async Task Token_LinkToTheFile_AddsToTheFile()
    {
        var target = _folder.File("elsewhere", "tokens");
        File.WriteAllText(target, "");
        File.CreateSymbolicLink(Tokens, target);

        await Terminal.RunAsync("token", "camera-1", "--role", "stream", "--file", Tokens);

        Assert.Equal(target, new FileInfo(Tokens).LinkTarget);
        Assert.Single(File.ReadAllLines(target));
    }

    [Theory]
    [InlineData("camera 1", "stream")]
    [InlineData("camera#1", "stream")]
    [InlineData("camera-1", "root")]
    public async Task Token_NameOrRoleThatIsNone_EndsWith2(string name, string role)
    {
        var outcome = await Terminal.RunAsync("token", name, "--role", role, "--file", Tokens);

        Assert.Equal(2, outcome.ExitCode);
        Assert.False(File.Exists(Tokens));
    }

    [Fact]
    public async Task Token_FileThatCannotBeWritten_EndsWith5AndPrintsNone()
    {
        var outcome = await Terminal.RunAsync(
            "token", "camera-1", "--role", "stream", "--file", Path.Combine(_folder.Path, "missing", "tokens"));

        Assert.Equal(5, outcome.ExitCode);
        Assert.Equal("", outcome.Output);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string> StatAsync(string format, string path) =>
        (await Shell.RunAsync("stat", ["-c", format, path])).Output;

    private static string Hash(string output) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(output.Trim())));
}
