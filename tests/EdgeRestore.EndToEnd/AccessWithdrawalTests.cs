using System.Security.Cryptography;
using System.Text;
using EdgeRestore.Client;
using EdgeRestore.Daemon.Security;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.Inference;
using Grpc.Core;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// What let a stream in must go on holding: a stolen token does not stream until somebody restarts the daemon.
/// </summary>
public sealed class AccessWithdrawalTests : IDisposable
{
    private const int WithdrawnEvent = 53;
    private const string Forever = "2999-01-01T00:00:00Z";

    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();
    private int _grantCount;

    private string Tokens => _folder.Combine("tokens");

    [Fact]
    public async Task TokenTakenAway_EndsItsStreamsAndNoOther()
    {
        Grant(("stolen", "stream", Forever), ("kept", "stream", Forever));
        await using var daemon = await StartAsync();
        await using var stolen = await OpenAsync(daemon, "stolen");
        await using var kept = await OpenAsync(daemon, "kept");

        Grant(("kept", "stream", Forever));
        await LookTwiceAsync(streamCount: 2);

        await EndsAsync(stolen, StatusCode.Unauthenticated, "no longer holds: The token is unknown");
        Assert.Single(await kept.ExchangeAsync(Streaming.Paint()));
        Assert.Single(daemon.Log.Texts(WithdrawnEvent));
        Assert.DoesNotContain(daemon.Log.AllTexts, text => text.Contains("secret-of", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RoleTakenAway_EndsTheStream()
    {
        Grant(("camera", "admin", Forever));
        await using var daemon = await StartAsync();
        await using var stream = await OpenAsync(daemon, "camera");

        Grant(("camera", "observe", Forever));
        await LookTwiceAsync();

        await EndsAsync(stream, StatusCode.PermissionDenied, "'camera' has the role observe");
    }

    [Fact]
    public async Task RoleThatMayStillStream_LeavesTheStream()
    {
        Grant(("camera", "admin", Forever));
        await using var daemon = await StartAsync();
        await using var stream = await OpenAsync(daemon, "camera");

        Grant(("camera", "stream", Forever));
        await LookTwiceAsync();
        await _clock.WaitForTimerAsync(AccessGate.RecheckTime);

        Assert.Single(await stream.ExchangeAsync(Streaming.Paint()));
        Assert.Empty(daemon.Log.Texts(WithdrawnEvent));
    }

    [Fact]
    public async Task TokenPastItsEnd_EndsTheStream()
    {
        Grant(("camera", "stream", $"{_clock.GetUtcNow().AddHours(1):O}"));
        await using var daemon = await StartAsync();
        await using var stream = await OpenAsync(daemon, "camera");

        _clock.Jump(TimeSpan.FromHours(2));
        await LookTwiceAsync();

        await EndsAsync(stream, StatusCode.Unauthenticated, "no longer valid");
    }

    [Fact]
    public async Task FileThatIsBeingWritten_EndsNothing()
    {
        Grant(("camera", "stream", Forever));
        await using var daemon = await StartAsync();
        await using var stream = await OpenAsync(daemon, "camera");

        // As a tool leaves it that opens a file anew and has not written yet.
        File.WriteAllText(Tokens, "");
        await LookAsync();
        Grant(("camera", "stream", Forever));
        await LookAsync();
        File.WriteAllText(Tokens, "");
        await LookAsync();
        Grant(("camera", "stream", Forever));
        await LookAsync();

        Assert.Single(await stream.ExchangeAsync(Streaming.Paint()));
        Assert.Empty(daemon.Log.Texts(WithdrawnEvent));
    }

    [Fact]
    public async Task StreamThatDoesNotEnd_IsCutOff()
    {
        Grant(("camera", "stream", Forever));
        await using var daemon = await StartAsync();
        await using var stream = await OpenAsync(daemon, "camera");
        using (await daemon.HoldEngineAsync())
        {
            await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
            Grant();
            await LookTwiceAsync();
            await _clock.WaitForTimerAsync(AccessGate.LeaveTime);
            Assert.Equal(1, daemon.Streams.Registry.OpenCount);

            _clock.Advance(AccessGate.LeaveTime);

            await Assert.ThrowsAsync<DaemonException>(() => stream.ReceiveAsync().ToListAsync());
            await Patience.UntilSeenAsync(() => daemon.Streams.Registry.OpenCount, count => count == 0);
        }
    }

    [Fact]
    public async Task OpenInferenceStream_EndsWithItsToken()
    {
        Grant(("camera", "stream", Forever));
        await using var daemon = await StartAsync();
        var service = new GRPCInferenceService.GRPCInferenceServiceClient(daemon.CreateChannel());
        using var call = service.ModelStreamInfer(
            new Metadata { { "authorization", $"Bearer {SecretOf("camera")}" } });
        await _clock.WaitForTimerAsync(AccessGate.RecheckTime);

        Grant();
        await LookTwiceAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience.Limit));
        Assert.Equal(StatusCode.Unauthenticated, exception.StatusCode);
    }

    [Fact]
    public async Task AuthorityThatIsReplaced_EndsTheStreamsOfItsCertificates()
    {
        using var authority = new TestAuthority();
        using var next = new TestAuthority("next");
        var (certificate, key) = (_folder.Combine("server.pem"), _folder.Combine("server.key"));
        authority.WriteServer(certificate, key);
        File.Copy(authority.Path, _folder.Combine("clients.pem"));
        await using var daemon = await RunningDaemon.StartAsync(
            clock: _clock,
            configure: settings => settings with
            {
                Security = settings.Security with
                {
                    Certificate = certificate,
                    Key = key,
                    ClientAuthorities = _folder.Combine("clients.pem"),
                },
            });
        var (own, ownKey) = authority.WriteClient("CN=camera, OU=stream");
        using var client = new RestoreClient(daemon.Address, new RestoreClientOptions
        {
            AuthoritiesFile = authority.Path,
            CertificateFile = own,
            KeyFile = ownKey,
        });
        await using var stream = await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);

        // Another length for sure: a file system may not tell two changes of one moment apart.
        File.WriteAllText(_folder.Combine("clients.pem"), $"# The next authority\n{File.ReadAllText(next.Path)}");
        await LookTwiceAsync();

        await EndsAsync(stream, StatusCode.Unauthenticated, "of no authority that is trusted now");

        // Nor may the connection, which was made when the old one held, carry another stream.
        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit));
        Assert.Equal(StatusCode.Unauthenticated, exception.StatusCode);
    }

    public void Dispose() => _folder.Dispose();

    private static string SecretOf(string name) => $"secret-of-{name}";

    private static async Task EndsAsync(RestoreStream stream, StatusCode code, string text)
    {
        var exception = await Assert.ThrowsAsync<DaemonException>(() => stream.ReceiveAsync().ToListAsync());
        Assert.Equal(code, exception.StatusCode);
        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
    }

    private async Task LookTwiceAsync(int streamCount = 1)
    {
        await LookAsync(streamCount);
        await LookAsync(streamCount);
    }

    // No other call than the streams may run meanwhile: it would be looked at as well.
    private async Task LookAsync(int streamCount = 1)
    {
        await _clock.WaitForTimerAsync(AccessGate.RecheckTime, streamCount);
        _clock.Advance(AccessGate.RecheckTime);
    }

    private void Grant(params (string Name, string Role, string NotAfter)[] tokens)
    {
        var lines = tokens.Select(token =>
            $"{token.Name} {token.Role} "
            + $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(SecretOf(token.Name))))} "
            + $"{token.NotAfter}");

        // Of another length each time: a file system may not tell two changes of one moment apart.
        File.WriteAllLines(Tokens, lines.Prepend(new string('#', ++_grantCount)));
    }

    private Task<RunningDaemon> StartAsync() => RunningDaemon.StartAsync(
        clock: _clock,
        configure: settings => settings with { Security = settings.Security with { Tokens = Tokens } });

    private async Task<RestoreStream> OpenAsync(RunningDaemon daemon, string name)
    {
        var file = _folder.Combine($"{name}.token");
        File.WriteAllText(file, SecretOf(name));
        var client = daemon.Keep(new RestoreClient(daemon.Address, new RestoreClientOptions { TokenFile = file }));
        return await client.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);
    }
}
