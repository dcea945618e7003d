using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace EdgeRestore.Cli.Output;

/// <summary>
/// What a command shows: results on standard output, as a table or as JSON; progress and remarks on standard error, so
/// that a pipe gets results only.
/// </summary>
internal sealed class Screen
{
    public static JsonSerializerOptions JsonOptions { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly Lock _lock = new();
    private bool _isStatusShown;

    public Screen(TextWriter output, TextWriter error, bool json)
    {
        _output = output;
        _error = error;
        Json = json;
    }

    public bool Json { get; }

    // Spectre draws only where the program's own console is a terminal: a test or a pipe gets plain lines.
    private bool OutputIsTerminal => ReferenceEquals(_output, Console.Out) && !Console.IsOutputRedirected;

    private bool ErrorIsTerminal => ReferenceEquals(_error, Console.Error) && !Console.IsErrorRedirected;

    /// <summary>Whether a status stands in one line that changes; otherwise each is a line of a log.</summary>
    public bool HasStatusLine => ErrorIsTerminal;

    public void Remark(string text)
    {
        lock (_lock)
        {
            ClearStatus();
            _error.WriteLine(text);
        }
    }

    /// <summary>A file's name as it may be shown: line ends would break tables, escapes rule the terminal.</summary>
    public static string Printable(string name) => !name.Any(char.IsControl)
        ? name
        : string.Concat(name.Select(sign => char.IsControl(sign) ? $"\\u{(int)sign:x4}" : $"{sign}"));

    /// <summary>How work that has no known end goes on.</summary>
    public void Status(string text)
    {
        lock (_lock)
        {
            if (!HasStatusLine)
            {
                _error.WriteLine(text);
                return;
            }

            ClearStatus();
            // A line that wraps could not be taken back.
            _error.Write(text.Length < Console.WindowWidth ? text : text[..Math.Max(0, Console.WindowWidth - 1)]);
            _isStatusShown = true;
        }
    }

    public void EndStatus()
    {
        lock (_lock)
        {
            ClearStatus();
        }
    }

    /// <summary>
    /// A line of the result; with --json the JSON document is the whole result, and the line is left out.
    /// </summary>
    public void Line(string text = "")
    {
        if (!Json)
        {
            _output.WriteLine(text);
        }
    }

    public void Document<T>(T document)
    {
        if (Json)
        {
            _output.WriteLine(JsonSerializer.Serialize(document, JsonOptions));
        }
    }

    /// <summary>A table, numbers flush right; the first column is text.</summary>
    public void Table(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows, int textColumns = 1)
    {
        if (Json)
        {
            return;
        }

        if (!OutputIsTerminal)
        {
            WritePlainTable(headers, rows, textColumns);
            return;
        }

        var table = new Table().Border(TableBorder.Rounded);
        for (var column = 0; column < headers.Count; column++)
        {
            var shown = new TableColumn(Markup.Escape(headers[column])).NoWrap();
            table.AddColumn(column < textColumns ? shown : shown.RightAligned());
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => Markup.Escape(Printable(cell))).ToArray());
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Runs work of a known number of steps and shows how far it is.</summary>
    public async Task<T> ProgressAsync<T>(string title, int stepCount, Func<StepProgress, Task<T>> work)
    {
        if (!ErrorIsTerminal)
        {
            return await work(new PlainProgress(title, stepCount, _error));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_error) });
        return await console.Progress()
            .AutoClear(true)
            .Columns(
                new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn())
            .StartAsync(
                drawing => work(new BarProgress(title, drawing.AddTask(Markup.Escape(title), maxValue: stepCount))));
    }

    private void ClearStatus()
    {
        if (_isStatusShown)
        {
            _error.Write("\r\e[K");
            _isStatusShown = false;
        }
    }

    private void WritePlainTable(
        IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows, int textColumns)
    {
        rows = [.. rows.Select(row => (IReadOnlyList<string>)[.. row.Select(Printable)])];
        var widths = headers
            .Select((header, column) => rows.Select(row => row[column].Length).Append(header.Length).Max())
            .ToArray();
        foreach (var row in rows.Prepend(headers))
        {
            var cells = row.Select((cell, column) =>
                column < textColumns ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            _output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
