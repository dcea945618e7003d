using System.Diagnostics;
using System.Text;

namespace EdgeRestore.Cli.Video;

/// <summary>ffmpeg or ffprobe as a child, its pixels over pipes, its arguments never through a shell.</summary>
internal sealed class FfmpegProcess : IAsyncDisposable
{
    private const int LastWordsCount = 12;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Queue<string> _lastWords = new();
    private readonly Task _listening;
    private readonly string _program;

    private FfmpegProcess(string program, Process process)
    {
        _program = program;
        _process = process;
        _listening = ListenAsync();
    }

    /// <summary>What it writes; only when it was started with a pipe for it.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>What it reads; only when it was started with a pipe for it.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The end of what it said on standard error, passwords hidden; empty when it said nothing.</summary>
    public string LastWords
    {
        get
        {
            lock (_lastWords)
            {
                return string.Join('\n', _lastWords);
            }
        }
    }

    /// <summary>It could not write its output's end: the file is short, or has no index.</summary>
    // ffmpeg 5.1 ends with 0 all the same (of_write_trailer in fftools/ffmpeg_mux.c of n5.1); its -xerror, which makes
    // that a failure, would make one of damaged sound too. Since 6.0 the exit code tells.
    public bool HasLostTheEnd =>
        LastWords.Contains("Error writing trailer of ", StringComparison.Ordinal)
        || LastWords.Contains("Error closing file ", StringComparison.Ordinal);

    /// <param name="pipes">Which of its standard streams are ours; the others are those of this program.</param>
    /// <exception cref="EdgeRestoreException">The program is not installed.</exception>
    public static FfmpegProcess Start(string program, IEnumerable<string> arguments, FfmpegPipes pipes)
    {
        var file = FindProgram(program) ?? throw new EdgeRestoreException(
            $"Video needs {program}, and there is no '{program}' in PATH. Install it, then run the same command "
            + "again:\n\n"
            + "  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends ffmpeg'\n");

        // A session of its own: a Ctrl-C in the terminal reaches this program alone, which then lets ffmpeg finish its
        // file.
        var setsid = FindProgram("setsid");
        var start = new ProcessStartInfo(setsid ?? file, setsid is null ? arguments : arguments.Prepend(file))
        {
            RedirectStandardError = true,
            RedirectStandardInput = pipes.HasFlag(FfmpegPipes.Input),
            RedirectStandardOutput = pipes.HasFlag(FfmpegPipes.Output),
        };
        // Its numbers are read; and colours in its words help nobody.
        start.Environment["LC_ALL"] = "C";
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        return new FfmpegProcess(program, Process.Start(start)!);
    }

    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    public async Task<int> WaitForExitAsync(CancellationToken token)
    {
        await _process.WaitForExitAsync(token);
        await _listening.WaitAsync(token);
        return _process.ExitCode;
    }

    /// <summary>What it said, as the end of a message.</summary>
    public string Quote() => LastWords.Length == 0 ? $"{_program} gave no reason." : $"{_program} says:\n{LastWords}";

    public async ValueTask DisposeAsync()
    {
        Kill();
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // In an uninterruptible read of a device: the kernel ends it when it can.
        }

        _process.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (await _process.StandardError.ReadLineAsync() is { } line)
            {
                lock (_lastWords)
                {
                    _lastWords.Enqueue(Secrets.Hide(line.TrimEnd()));
                    while (_lastWords.Count > LastWordsCount)
                    {
                        _lastWords.Dequeue();
                    }
                }
            }
        }
        catch (Exception exception) when (
            exception is IOException or ObjectDisposedException or DecoderFallbackException)
        {
            // What it said up to here is what there is to tell.
        }
    }

    private static string? FindProgram(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}

[Flags]
internal enum FfmpegPipes
{
    Input = 1,
    Output = 2,
}
