using System.Globalization;
using System.Security.Cryptography;

namespace EdgeRestore.Daemon.Security;

/// <summary>
/// Bearer tokens, of which the file holds hashes: one a line, as NAME ROLE SHA256-OF-THE-TOKEN [NOT-AFTER].
/// </summary>
/// <remarks>
/// A plain hash, not a slow one: tokens are 256 random bits, which no dictionary holds. Immutable.
/// </remarks>
internal sealed class TokenFile
{
    private readonly List<Entry> _entries = [];

    /// <exception cref="EdgeRestoreException">The file cannot be read, or a line of it is wrong.</exception>
    public static TokenFile Load(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EdgeRestoreException(
                $"The token file '{path}' cannot be read: {exception.Message} Allowed is a file that the daemon's user "
                + "may read. Make one with 'edgerestore token', or correct Security:Tokens.",
                exception);
        }

        var file = new TokenFile();
        for (var index = 0; index < lines.Length; index++)
        {
            var words = lines[index].Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                file._entries.Add(Parse(words) ?? throw new EdgeRestoreException(
                    $"Line {index + 1} of the token file '{path}' is not a token; allowed is NAME ROLE SHA256 "
                    + $"[NOT-AFTER] with a role of {Roles.Names}, 64 hexadecimal digits and a time such as "
                    + "2027-01-31T00:00:00Z. Correct it, or make tokens with 'edgerestore token'."));
            }
        }

        return file;
    }

    /// <summary>Tokens in it.</summary>
    public int Count => _entries.Count;

    /// <summary>Whether there are tokens, and none of them holds any more.</summary>
    public bool IsPast(DateTimeOffset now) => _entries.Count > 0 && _entries.TrueForAll(entry => now >= entry.NotAfter);

    /// <summary>Whose token it is, and until when; null when nobody's.</summary>
    /// <param name="hash">SHA-256 of the token.</param>
    public (string Name, Role Role, DateTimeOffset NotAfter)? Find(ReadOnlySpan<byte> hash)
    {
        Entry? found = null;
        foreach (var entry in _entries)
        {
            // Every entry is compared: time tells nothing of which one fits.
            if (CryptographicOperations.FixedTimeEquals(entry.Hash, hash))
            {
                found = entry;
            }
        }

        return found is null ? null : (found.Name, found.Role, found.NotAfter);
    }

    private static Entry? Parse(string[] words)
    {
        var notAfter = DateTimeOffset.MaxValue;
        var isValid = words.Length is 3 or 4
            && words[2].Length == 2 * SHA256.HashSizeInBytes
            && words[2].All(char.IsAsciiHexDigit)
            && (words.Length == 3 || DateTimeOffset.TryParse(
                words[3], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out notAfter));
        return isValid && Roles.TryParse(words[1], out var role)
            ? new Entry(words[0], role, Convert.FromHexString(words[2]), notAfter) : null;
    }

    private sealed record Entry(string Name, Role Role, byte[] Hash, DateTimeOffset NotAfter);
}
