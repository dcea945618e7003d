using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// Clients made from <c>proto/</c> by others' tools, in processes of their own, against a daemon in its own.
/// </summary>
public sealed class ForeignClientTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task PythonGrpcio_StreamsHundredFrames()
    {
        await ForeignProgram.RequireAsync(ForeignProgram.Python, "-c", "import grpc, google.protobuf");
        await ForeignProgram.RequireAsync("protoc", "--version");
        await ForeignProgram.RunAsync(
            "protoc",
            [
                $"-I{ForeignProgram.Root}/proto", $"--python_out={_folder.Path}", $"--grpc_out={_folder.Path}",
                "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
                "edgerestore/v1/restore.proto",
            ]);

        await StreamsHundredFramesAsync(ForeignProgram.Python, ForeignProgram.Client("client.py"));
    }

    [Fact]
    public async Task NodeGrpcJs_StreamsHundredFrames()
    {
        await ForeignProgram.RequireAsync("node", "--version");
        await StreamsHundredFramesAsync("node", ForeignProgram.Client("client.js"));
    }

    public void Dispose() => _folder.Dispose();

    private async Task StreamsHundredFramesAsync(string interpreter, string script)
    {
        new TestPackage().Write(_folder.Combine("package"));
        await using var daemon = await DaemonProcess.StartAsync(_folder.Combine("package"));

        var output = await ForeignProgram.RunAsync(
            interpreter, [script, daemon.Address.Authority], pythonPath: _folder.Path);

        // Noise adds 2 to a frame whose blue is its number; the client adds up what it got.
        var expected = Enumerable.Range(0, 100).Sum() + (100 * TestPackage.LevelsOf(Degradation.Noise));
        Assert.Equal($"SERVING frames=100 errors=0 blue={expected} refused=INVALID_ARGUMENT", output.Trim());
        using var client = new Client.RestoreClient(daemon.Address);
        Assert.Equal(100ul, (await client.GetStatusAsync().WaitAsync(Patience.Limit)).Frames.Restored);
    }
}
