using System.Diagnostics;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// Clients made from <c>proto/</c> by others' tools, in processes of their own, against a daemon in its own.
/// </summary>
public sealed class ForeignClientTests : IDisposable
{
    private static readonly string Root = FindRoot();

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task PythonGrpcio_StreamsHundredFrames()
    {
        // Debian's own interpreter: others have no grpcio.
        const string python = "/usr/bin/python3";
        await RequireAsync(python, ["-c", "import grpc, google.protobuf"]);
        await RequireAsync("protoc", ["--version"]);
        await RunAsync(
            "protoc",
            [
                $"-I{Root}/proto", $"--python_out={_folder.Path}", $"--grpc_out={_folder.Path}",
                "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
                "edgerestore/v1/restore.proto",
            ]);

        await StreamsHundredFramesAsync(python, $"{Root}/tests/EdgeRestore.EndToEnd/Clients/client.py");
    }

    [Fact]
    public async Task NodeGrpcJs_StreamsHundredFrames()
    {
        await RequireAsync("node", ["--version"]);
        await StreamsHundredFramesAsync("node", $"{Root}/tests/EdgeRestore.EndToEnd/Clients/client.js");
    }

    public void Dispose() => _folder.Dispose();

    private async Task StreamsHundredFramesAsync(string interpreter, string script)
    {
        new TestPackage().Write(_folder.Combine("package"));
        await using var daemon = await DaemonProcess.StartAsync(_folder.Combine("package"));

        var output = await RunAsync(interpreter, [script, daemon.Address.Authority]);

        // Noise adds 2 to a frame whose blue is its number; the client adds up what it got.
        var expected = Enumerable.Range(0, 100).Sum() + (100 * TestPackage.LevelsOf(Degradation.Noise));
        Assert.Equal($"SERVING frames=100 errors=0 blue={expected} refused=INVALID_ARGUMENT", output.Trim());
        using var client = new Client.RestoreClient(daemon.Address);
        Assert.Equal(100ul, (await client.GetStatusAsync().WaitAsync(Patience.Limit)).Frames.Restored);
    }

    private async Task RequireAsync(string program, string[] arguments)
    {
        try
        {
            await RunAsync(program, arguments);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                $"'{program}' or what it needs is missing. Install: apt-get install -y python3-grpcio python3-protobuf "
                + "protobuf-compiler protobuf-compiler-grpc nodejs npm; npm ci",
                exception);
        }
    }

    private async Task<string> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["PYTHONPATH"] = _folder.Path;
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(Patience.Limit);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "EdgeRestore.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }

        return folder.FullName;
    }
}
