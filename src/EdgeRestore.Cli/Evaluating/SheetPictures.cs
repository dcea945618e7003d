using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>The pictures of a contact sheet: clean, degraded and restored, one row of the protocol each.</summary>
internal sealed class SheetPictures : IDisposable
{
    private readonly Dictionary<EvalRow, SheetPicture> _byRow = [];
    private readonly List<string> _photographs = [];
    private readonly List<EvalRow> _rows = [];

    /// <summary>In the order in which the rows first came.</summary>
    public IEnumerable<SheetPicture> Rows => _rows.Select(row => _byRow[row]);

    /// <summary>
    /// Keeps a copy where it is the turn of this photograph and row: the n-th row shows the n-th photograph.
    /// </summary>
    public void Offer(EvalCase given, Frame restored, ScoredFrame scored)
    {
        if (_photographs.Count == 0 || _photographs[^1] != given.Photograph.Name)
        {
            _photographs.Add(given.Photograph.Name);
        }

        if (!_rows.Contains(given.Row))
        {
            _rows.Add(given.Row);
        }

        if (_photographs.Count - 1 > _rows.IndexOf(given.Row))
        {
            return;
        }

        // With fewer photographs than rows the later rows show the last that came.
        if (_byRow.Remove(given.Row, out var earlier))
        {
            earlier.Dispose();
        }

        _byRow[given.Row] = new SheetPicture(scored, Copy(given.Clean), Copy(given.Degraded), Copy(restored));
    }

    public void Dispose()
    {
        foreach (var picture in _byRow.Values)
        {
            picture.Dispose();
        }
    }

    private static Frame Copy(Frame frame)
    {
        var copy = Frame.Rent(frame.Width, frame.Height, frame.Format);
        frame.Pixels.CopyTo(copy.Pixels);
        return copy;
    }
}

/// <summary>One row of a contact sheet; it owns its frames.</summary>
internal sealed record SheetPicture(ScoredFrame Scored, Frame Clean, Frame Degraded, Frame Restored) : IDisposable
{
    public void Dispose()
    {
        Clean.Dispose();
        Degraded.Dispose();
        Restored.Dispose();
    }
}
