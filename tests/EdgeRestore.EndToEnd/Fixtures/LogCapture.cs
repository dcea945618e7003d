using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>
/// What a daemon logged, and the judgement that no error was among it that the test did not announce.
/// </summary>
internal sealed class LogCapture : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, EventId Id, string Text)> _entries = new();

    public IReadOnlyList<string> AllTexts => [.. _entries.Select(entry => entry.Text)];

    public IReadOnlyList<string> Texts(int eventId) =>
        [.. _entries.Where(entry => entry.Id.Id == eventId).Select(entry => entry.Text)];

    public void RequireNoErrorBut(params IReadOnlyList<string> announced)
    {
        var errors = _entries.Where(entry => entry.Level >= LogLevel.Error).Select(entry => entry.Text).ToList();
        Assert.DoesNotContain(errors, error => !announced.Any(error.Contains));
        Assert.All(announced, text => Assert.Contains(errors, error => error.Contains(text)));
    }

    public ILogger CreateLogger(string categoryName) => new Entry(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Entry(LogCapture capture, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            capture._entries.Enqueue((logLevel, eventId, $"{category}: {formatter(state, exception)} {exception}"));
    }
}
