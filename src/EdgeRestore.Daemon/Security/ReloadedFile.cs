namespace EdgeRestore.Daemon.Security;

/// <summary>
/// What one or two files hold, read again when they change; what cannot be read leaves the old. Thread-safe.
/// </summary>
internal sealed class ReloadedFile<T>
    where T : class
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly string? _second;
    private readonly Func<T> _load;
    private readonly ILogger _logger;
    private FileStamp _stamp;
    private FileStamp? _badStamp;
    private T _current;

    /// <exception cref="EdgeRestoreException">The first reading failed.</exception>
    public ReloadedFile(string path, string? second, Func<T> load, ILogger logger)
    {
        (_path, _second, _load, _logger) = (path, second, load, logger);
        _stamp = FileStamp.Of(path, second);
        _current = load();
    }

    public T Read()
    {
        lock (_gate)
        {
            var stamp = FileStamp.Of(_path, _second);
            if (stamp == _stamp || stamp == _badStamp)
            {
                return _current;
            }

            try
            {
                _current = _load();
                _stamp = stamp;
                Log.SecretsReloaded(_logger, _path);
            }
            catch (EdgeRestoreException exception)
            {
                // Told once for each state of the files: a certificate that is there before its key is one.
                _badStamp = stamp;
                Log.SecretsKept(_logger, _path, exception.Message);
            }

            return _current;
        }
    }
}
