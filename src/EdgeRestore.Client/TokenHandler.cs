using System.Net.Http.Headers;

namespace EdgeRestore.Client;

/// <summary>Puts the token that its file holds now into every call. Thread-safe.</summary>
internal sealed class TokenHandler(string path, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Read());
        return base.SendAsync(request, cancellationToken);
    }

    // A call is a stream of a camera: rare enough to read the file each time, and so it may be replaced at any time.
    private string Read()
    {
        string token;
        try
        {
            token = File.ReadAllText(path).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenFileException(
                $"The token file '{path}' cannot be read: {exception.Message.TrimEnd('.')}. Allowed is a file that this "
                + "user may read, with the token that whoever runs the daemon gave. Correct --token-file (TokenFile), or "
                + "its mode or owner (chmod, chown).",
                exception);
        }

        // The text itself stays out of the message.
        return token.Length > 0 && !token.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? token
            : throw new TokenFileException(
                $"The token file '{path}' holds {token.Length} characters that are no token; allowed is one word of "
                + "printable ASCII. Put the token in it that whoever runs the daemon gave.");
    }
}

/// <summary>There is no token to send: no call was made.</summary>
internal sealed class TokenFileException(string message, Exception? inner = null)
    : HttpRequestException(message, inner);
