using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeRestore.Client;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.EndToEnd.Fixtures;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRestore.EndToEnd;

/// <summary>Who may do what with which token.</summary>
public sealed class AccessTests : IDisposable
{
    private const int ReloadedEvent = 50;
    private const int KeptEvent = 51;
    private const int RefusedEvent = 52;
    private const int TokensPastEvent = 54;

    private readonly TemporaryFolder _folder = new();
    private int _grantCount;

    private string Tokens => _folder.Combine("tokens");

    [Theory]
    [InlineData("stream", true, false, false)]
    [InlineData("observe", false, true, true)]
    [InlineData("admin", true, true, true)]
    public async Task Role_GivesItsRightsAndNoOther(string role, bool streams, bool sees, bool scrapes)
    {
        Grant(("someone", role, "secret-of-someone"));
        await using var daemon = await StartAsync();
        using var client = Connect(daemon, "secret-of-someone");

        Assert.Equal(streams ? StatusCode.OK : StatusCode.PermissionDenied, await StreamAsync(client));
        Assert.Equal(
            sees ? StatusCode.OK : StatusCode.PermissionDenied, await CodeOfAsync(() => client.GetStatusAsync()));
        Assert.Equal(
            scrapes ? HttpStatusCode.OK : HttpStatusCode.Forbidden,
            (await ScrapeAsync(daemon, "secret-of-someone")).Status);
    }

    [Fact]
    public async Task WithoutAKnownToken_OnlyHealthAnswers()
    {
        Grant(("camera", "admin", "right"));
        await using var daemon = await StartAsync();
        using var nobody = new RestoreClient(daemon.Address);
        using var stranger = Connect(daemon, "wrong-and-not-to-be-logged");

        Assert.True(await nobody.IsServingAsync().WaitAsync(Patience.Limit));
        Assert.Equal(StatusCode.Unauthenticated, await StreamAsync(nobody));
        Assert.Equal(StatusCode.Unauthenticated, await CodeOfAsync(() => nobody.GetStatusAsync()));
        Assert.Equal(StatusCode.Unauthenticated, await StreamAsync(stranger));
        var (status, body) = await ScrapeAsync(daemon, "wrong-and-not-to-be-logged");
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal(401, JsonDocument.Parse(body).RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(daemon.Log.Texts(RefusedEvent));
        Assert.DoesNotContain(daemon.Log.AllTexts, text => text.Contains("wrong-and-not", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PathThatNoRuleNames_NeedsAdmin()
    {
        Grant(("camera", "stream", "low"), ("operator", "admin", "high"));
        await using var daemon = await StartAsync();

        Assert.Equal(HttpStatusCode.Forbidden, (await ScrapeAsync(daemon, "low", "/some.new.Service/Method")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ScrapeAsync(daemon, "high", "/some.new.Service/Method")).Status);
    }

    [Fact]
    public async Task TokensThatAreReplaced_HoldAtOnceAndStreamsGoOn()
    {
        Grant(("camera", "admin", "first"));
        await using var daemon = await StartAsync();
        using var old = Connect(daemon, "first");
        await using var running = await old.OpenAsync(Streaming.Rgb()).WaitAsync(Patience.Limit);

        Grant(("camera", "admin", "second"));

        using var fresh = Connect(daemon, "second");
        Assert.Equal(StatusCode.OK, await StreamAsync(fresh));
        Assert.Equal(StatusCode.Unauthenticated, await StreamAsync(old));
        Assert.Single(await running.ExchangeAsync(Streaming.Paint()));
        Assert.Single(daemon.Log.Texts(ReloadedEvent));
    }

    [Fact]
    public async Task ClientWhoseTokenFileIsReplaced_SendsTheNewOne()
    {
        Grant(("camera", "admin", "first"));
        await using var daemon = await StartAsync();
        using var client = Connect(daemon, "first", file: "camera.token");
        Assert.Equal(StatusCode.OK, await StreamAsync(client));

        Grant(("camera", "admin", "the-second"));
        File.WriteAllText(_folder.Combine("camera.token"), "the-second\n");

        Assert.Equal(StatusCode.OK, await StreamAsync(client));
    }

    [Fact]
    public async Task TokenFileThatBreaks_LeavesWhatItHeldBefore()
    {
        Grant(("camera", "admin", "first"));
        await using var daemon = await StartAsync();
        using var client = Connect(daemon, "first");

        File.WriteAllText(Tokens, "camera admin not-a-hash\n");

        Assert.Equal(StatusCode.OK, await StreamAsync(client));
        Assert.Equal(StatusCode.OK, await StreamAsync(client));
        Assert.Contains("Line 1", Assert.Single(daemon.Log.Texts(KeptEvent)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenFileThatVanishes_LeavesWhatItHeldBefore()
    {
        Grant(("camera", "admin", "first"));
        await using var daemon = await StartAsync();
        using var client = Connect(daemon, "first");

        File.Delete(Tokens);

        Assert.Equal(StatusCode.OK, await StreamAsync(client));
        Assert.Equal(StatusCode.OK, await StreamAsync(client));
        Assert.Contains("cannot be read", Assert.Single(daemon.Log.Texts(KeptEvent)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenFileThatIsNotThere_KeepsTheDaemonFromStarting()
    {
        var exception = await Assert.ThrowsAsync<EdgeRestoreException>(StartAsync);

        Assert.Contains($"The token file '{Tokens}' cannot be read", exception.Message, StringComparison.Ordinal);
        Assert.Contains("edgerestore token", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokensThatHaveAllEnded_AreWarnedOf()
    {
        File.WriteAllText(Tokens, $"a admin {Hash("over")} 2020-01-01T00:00:00Z\n");
        await using var daemon = await StartAsync();

        Assert.Contains(
            "All 1 tokens of", Assert.Single(daemon.Log.Texts(TokensPastEvent)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusedToken_IsToldWhyAndWhatToDo()
    {
        File.WriteAllText(Tokens, $"a admin {Hash("over")} 2020-01-01T00:00:00Z\n");
        await using var daemon = await StartAsync();

        var (_, past) = await ScrapeAsync(daemon, "over");
        var (_, unknown) = await ScrapeAsync(daemon, "another");

        Assert.Contains(
            "'a' is no longer valid: it ended at 2020-01-01 00:00:00Z. Have another one made with 'edgerestore token'.",
            DetailOf(past),
            StringComparison.Ordinal);
        Assert.Contains(
            "unknown or no longer valid; allowed are those of the daemon's token file. Have one made",
            DetailOf(unknown),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "cannot be read: Could not find file")]
    [InlineData("two words", "holds 9 characters that are no token")]
    [InlineData("", "holds 0 characters that are no token")]
    public async Task ClientWithoutAToken_IsToldAboutItsFileAndNotTheConnection(string? content, string expected)
    {
        Grant(("camera", "admin", "first"));
        await using var daemon = await StartAsync();
        var file = _folder.Combine("client.token");
        if (content is not null)
        {
            File.WriteAllText(file, content);
        }

        using var client = new RestoreClient(daemon.Address, new RestoreClientOptions { TokenFile = file });

        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => client.GetStatusAsync().WaitAsync(Patience.Limit));
        Assert.Equal(StatusCode.Unauthenticated, exception.StatusCode);
        Assert.StartsWith($"The token file '{file}' {expected}", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("connection", exception.Message, StringComparison.Ordinal);
        Assert.Equal(StatusCode.Unauthenticated, await StreamAsync(client));
    }

    [Fact]
    public async Task TokenPastItsEnd_IsRefused()
    {
        File.WriteAllText(
            Tokens,
            $"a admin {Hash("over")} 2020-01-01T00:00:00Z\n\n# a comment\nb admin {Hash("holds")} "
            + "2999-01-01T00:00:00Z\n");
        await using var daemon = await StartAsync();
        using var over = Connect(daemon, "over");
        using var holds = Connect(daemon, "holds");

        Assert.Equal(StatusCode.Unauthenticated, await StreamAsync(over));
        Assert.Equal(StatusCode.OK, await StreamAsync(holds));
    }

    [Theory]
    [InlineData("127.0.0.1", "/edgerestore.v1.AdminService/Activate", true)]
    [InlineData("::1", "/edgerestore.v1.AdminService/Activate", true)]
    [InlineData(null, "/edgerestore.v1.AdminService/Activate", true)]
    [InlineData("192.0.2.1", "/edgerestore.v1.AdminService/Activate", false)]
    [InlineData("192.0.2.1", "/edgerestore.v1.RestoreService/Restore", true)]
    public async Task DaemonWithoutAuthentication_GivesAdminToItsOwnMachineOnly(string? peer, string path, bool isLetIn)
    {
        using var metrics = new DaemonMetrics();
        var gate = new AccessGate(
            new SecurityOptions { Insecure = true }, null, metrics, TimeProvider.System, NullLogger.Instance);
        var call = new DefaultHttpContext();
        call.Connection.RemoteIpAddress = peer is null ? null : IPAddress.Parse(peer);
        call.Request.Path = path;
        var hasPassed = false;

        await gate.InvokeAsync(call, _ =>
        {
            hasPassed = true;
            return Task.CompletedTask;
        });

        Assert.Equal(isLetIn, hasPassed);
    }

    [Fact]
    public void TokenOverTheNetworkInTheClear_IsNotSent()
    {
        File.WriteAllText(_folder.Combine("t"), "secret");

        var exception = Assert.Throws<EdgeRestoreException>(() => new RestoreClient(
            new Uri("http://192.0.2.1:50051"), new RestoreClientOptions { TokenFile = _folder.Combine("t") }));

        Assert.Contains("in the clear", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string DetailOf(string problem) =>
        JsonDocument.Parse(problem).RootElement.GetProperty("detail").GetString()!;

    private static string Hash(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    // Of another length each time: a file system may not tell two changes of one moment apart.
    private void Grant(params (string Name, string Role, string Token)[] tokens) => File.WriteAllLines(
        Tokens,
        tokens.Select(token => $"{token.Name} {token.Role} {Hash(token.Token)}")
            .Prepend(new string('#', ++_grantCount)));

    private Task<RunningDaemon> StartAsync() => RunningDaemon.StartAsync(configure: settings => settings with
    {
        Listen = settings.Listen with { HttpEndpoint = "127.0.0.1:0" },
        Security = settings.Security with { Tokens = Tokens },
    });

    private RestoreClient Connect(RunningDaemon daemon, string token, string? file = null)
    {
        var path = _folder.Combine(file ?? $"{Guid.NewGuid():N}.token");
        File.WriteAllText(path, $"{token}\n");
        return new RestoreClient(daemon.Address, new RestoreClientOptions { TokenFile = path });
    }

    private static Task<StatusCode> StreamAsync(RestoreClient client) => CodeOfAsync(async () =>
    {
        await using var stream = await client.OpenAsync(Streaming.Rgb());
        return Assert.Single(await stream.ExchangeAsync(Streaming.Paint()));
    });

    private static async Task<StatusCode> CodeOfAsync<T>(Func<Task<T>> call)
    {
        try
        {
            await call().WaitAsync(Patience.Limit);
            return StatusCode.OK;
        }
        catch (DaemonException exception)
        {
            return exception.StatusCode;
        }
    }

    private static async Task<(HttpStatusCode Status, string Body)> ScrapeAsync(
        RunningDaemon daemon, string token, string path = "/metrics")
    {
        using var http = new HttpClient { Timeout = Patience.Limit };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.GetAsync(new Uri(daemon.HttpAddress, path));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
