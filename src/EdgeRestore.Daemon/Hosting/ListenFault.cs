using System.Text;
using EdgeRestore.Daemon.Settings;

namespace EdgeRestore.Daemon.Hosting;

/// <summary>What is told where a daemon cannot listen.</summary>
internal static class ListenFault
{
    /// <param name="listen">Where it was to.</param>
    /// <param name="found">What came of it, in the system's words.</param>
    public static string Explain(ListenOptions listen, string found)
    {
        var endpoints = ((string?[])[listen.Endpoint, listen.HttpEndpoint]).OfType<string>().ToList();
        var text = new StringBuilder($"Cannot listen on {string.Join(" and ", endpoints)}: {found.TrimEnd('.')}.");
        if (!endpoints.TrueForAll(IsSocket))
        {
            text.Append(
                " Allowed is an address of this machine with a free port; ports below 1024 are root's. Stop what uses "
                + "it, or choose another with --listen (port 0 for any).");
        }

        if (endpoints.Exists(IsSocket))
        {
            text.Append(
                " Allowed for a socket is a path in a folder that is there and that the daemon's user may enter and "
                + "write to, where nothing is but a socket that a daemon left behind. Make the folder, give it to that "
                + "user (mkdir, chown), stop what listens there, or choose another path with --listen.");
        }

        return text.ToString();
    }

    private static bool IsSocket(string endpoint) =>
        endpoint.StartsWith(ListenOptions.UnixPrefix, StringComparison.Ordinal);
}
