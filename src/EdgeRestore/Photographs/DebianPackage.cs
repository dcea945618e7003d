using System.Diagnostics;
using System.Formats.Tar;

namespace EdgeRestore.Photographs;

/// <summary>
/// One Debian package as a source of files: downloaded by apt, read by dpkg-deb, never unpacked to disk.
/// </summary>
internal static class DebianPackage
{
    // The largest container of photographs has 30 MB; a package that grew beyond this is not what the list describes.
    private const long MaxEntryBytes = 256L << 20;

    /// <summary>Downloads a package into a folder and returns its path. Needs apt's lists but not root.</summary>
    /// <exception cref="EdgeRestoreException">apt is missing, does not know the package, or is offline.</exception>
    public static async Task<string> DownloadAsync(string package, string folder, CancellationToken token)
    {
        using var process = Start("apt-get", ["download", "-q", package], folder);
        var output = process.StandardOutput.ReadToEndAsync(token);
        var errors = process.StandardError.ReadToEndAsync(token);
        await WaitAsync(process, token).ConfigureAwait(false);
        await output.ConfigureAwait(false);
        var path = Directory.EnumerateFiles(folder, $"{package}_*.deb").FirstOrDefault();
        if (process.ExitCode != 0 || path is null)
        {
            throw new EdgeRestoreException(
                $"apt-get could not download the package '{package}' (exit code {process.ExitCode}): "
                + $"{LastLine(await errors.ConfigureAwait(false))} "
                + "Renew apt's lists with: apt-get update (as root), check the connection, then run this again; "
                + "what is already prepared is kept. Or use a folder of your own photographs.");
        }

        return path;
    }

    /// <summary>Hands the wanted files of a package over, in the package's order.</summary>
    /// <param name="archive">The .deb file.</param>
    /// <param name="paths">Paths as the package has them, without a leading slash.</param>
    /// <param name="found">Called with path and content of each file found.</param>
    /// <param name="token">Ends the reading.</param>
    public static async Task ReadAsync(
        string archive, IReadOnlySet<string> paths, Action<string, byte[]> found, CancellationToken token)
    {
        using var process = Start("dpkg-deb", ["--fsys-tarfile", archive], Path.GetDirectoryName(archive)!);
        var errors = process.StandardError.ReadToEndAsync(token);
        var left = paths.Count;
        try
        {
            using var reader = new TarReader(process.StandardOutput.BaseStream, leaveOpen: true);
            while (left > 0
                && await reader.GetNextEntryAsync(copyData: false, token).ConfigureAwait(false) is { } entry)
            {
                var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                if (entry.DataStream is null || !paths.Contains(name))
                {
                    continue;
                }

                if (entry.Length > MaxEntryBytes)
                {
                    throw new EdgeRestoreException(
                        $"'{name}' in {Path.GetFileName(archive)} has {entry.Length} bytes; allowed are "
                        + $"{MaxEntryBytes}.");
                }

                var content = new byte[entry.Length];
                await entry.DataStream.ReadExactlyAsync(content, token).ConfigureAwait(false);
                found(name, content);
                left--;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            Stop(process);
            throw new EdgeRestoreException(
                $"'{archive}' is not a readable Debian package: {LastLine(await errors.ConfigureAwait(false))} "
                + "Delete it and run this again.", exception);
        }
        finally
        {
            Stop(process);
        }
    }

    private static Process Start(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new EdgeRestoreException(
                $"'{program}' was not found; the listed photographs come out of Debian packages. "
                + "Run this on Debian, or use a folder of your own photographs.", exception);
        }
    }

    private static async Task WaitAsync(Process process, CancellationToken token)
    {
        try
        {
            await process.WaitForExitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Stop(process);
            throw;
        }
    }

    private static void Stop(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault() ?? "no reason given.";
}
