using System.Buffers.Text;
using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EdgeRestore.Cli.Streaming;

/// <summary><c>token</c>: makes a bearer token, and notes its hash where the daemon looks.</summary>
internal static class TokenCommand
{
    private const int TokenLengthBytes = 32;

    private const string Description = """
        Makes a bearer token: prints it, once, and adds its hash to the daemon's token file, which the daemon reads anew by
        itself. To rotate, make a second token, give it to the client, then remove the first one's line.

        Example: ./edgerestore token camera-1 --role stream --file tokens

        Exit codes: 0 done; 2 wrong command line; 5 the file cannot be written.
        """;

    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "Whose it is: one word, for logs" };
        name.Validators.Add(result =>
        {
            var text = result.GetValueOrDefault<string>() ?? "";
            if (text.Length is 0 or > 64 || text.AsSpan().ContainsAnyExceptInRange('!', '~') || text.Contains('#'))
            {
                result.AddError(
                    $"The name is '{text}'. Allowed: up to 64 printable ASCII characters without spaces or '#'.");
            }
        });
        var role = new Option<string>("--role") { Description = "stream, observe or admin", Required = true }
            .OneOf("stream", "observe", "admin");
        var file = new Option<string>("--file")
        {
            Description = "Token file of the daemon (serve --tokens), made when it is not there",
            HelpName = "file",
            Required = true,
        };
        var days = new Option<int?>("--days") { Description = "Days until it expires; never when not given" }
            .Between(1, 36_500);
        var command = new Command("token", Description) { name, role, file, days };
        command.SetAction(parsed =>
        {
            var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenLengthBytes));
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
            var line = $"{parsed.GetRequiredValue(name)} {parsed.GetRequiredValue(role)} {hash}";
            if (parsed.GetValue(days) is { } count)
            {
                var notAfter = TimeProvider.System.GetUtcNow().AddDays(count);
                line += notAfter.ToString(" yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            }

            Add(parsed.GetRequiredValue(file), line);
            parsed.InvocationConfiguration.Output.WriteLine(token);
            return ExitCode.Done;
        });
        return command;
    }

    // Added in one write, which the daemon reads all or nothing of: owner, group and mode, which let it read, stay the file's.
    private static void Add(string path, string line)
    {
        try
        {
            using var file = new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            var length = file.Seek(0, SeekOrigin.End);
            var separator = length == 0 || EndsLine(file) ? "" : "\n";
            try
            {
                file.Write(Encoding.ASCII.GetBytes($"{separator}{line}\n"));
            }
            catch (IOException)
            {
                // Half a line would keep the daemon from its next start.
                file.SetLength(length);
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EdgeRestoreException(
                $"The token file '{path}' cannot be written: {exception.Message} Allowed is a file in a folder that "
                + "you may write to. Choose another with --file.",
                exception);
        }
    }

    private static bool EndsLine(FileStream file)
    {
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }
}
