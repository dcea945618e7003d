using EdgeRestore.Codecs;
using EdgeRestore.Frames;

namespace EdgeRestore.Photographs;

/// <summary>How far fetching or preparing is.</summary>
/// <param name="Done">Photographs that are ready.</param>
/// <param name="Total">Photographs in all.</param>
/// <param name="Activity">What happens now, for a person to read.</param>
public readonly record struct PhotographProgress(int Done, int Total, string Activity);

/// <summary>A folder of prepared photographs: <c>train</c> and <c>held-out</c> below it, PNG files inside.</summary>
/// <remarks>
/// A photograph appears whole or not at all, so an interrupted fetch or preparation goes on where it stopped.
/// One process at a time works on a folder.
/// </remarks>
public sealed class PhotographLibrary(string root)
{
    /// <summary>
    /// The smallest side of a prepared photograph that is of use: what the classifier sees at native resolution, and more
    /// than any recipe's patch that comes with the trainer.
    /// </summary>
    public const int SideMinPixels = ClassifierInput.CropsSide;

    private const string DownloadFolder = ".download";

    public string Root { get; } = root;

    /// <summary>Folder of a set.</summary>
    public string FolderOf(PhotographSet set) => Path.Combine(Root, set.ToFolderName());

    /// <summary>Path of a listed photograph, prepared or not.</summary>
    public string PathOf(Photograph photograph)
    {
        ArgumentNullException.ThrowIfNull(photograph);
        return Path.Combine(FolderOf(photograph.Set), photograph.Name + ".png");
    }

    /// <summary>All prepared photographs of a set, listed or the user's own, ordered by name.</summary>
    public IReadOnlyList<string> Enumerate(PhotographSet set) => Directory.Exists(FolderOf(set))
        ? [.. Directory.EnumerateFiles(FolderOf(set), "*.png").Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Listed photographs of a set that are not prepared yet.</summary>
    public IReadOnlyList<Photograph> Missing(PhotographSet set) =>
        [.. PhotographCatalog.All.Where(photograph => photograph.Set == set && !File.Exists(PathOf(photograph)))];

    /// <summary>
    /// Downloads the packages of the photographs that are missing and prepares them, package by package.
    /// </summary>
    /// <exception cref="EdgeRestoreException">
    /// A package cannot be had, or holds something else than the list says.
    /// </exception>
    public async Task FetchAsync(
        PhotographSet set, IProgress<PhotographProgress>? progress = null, CancellationToken token = default)
    {
        var total = PhotographCatalog.All.Count(photograph => photograph.Set == set);
        var missing = Missing(set);
        var done = total - missing.Count;
        var downloads = Path.Combine(Root, DownloadFolder);
        foreach (var package in missing.GroupBy(photograph => photograph.Package))
        {
            // 1. Download into a folder of its own, emptied first: a previous run may have been cut off.
            progress?.Report(new(done, total, $"downloading {package.Key}"));
            Recreate(downloads);
            var archive = await DebianPackage.DownloadAsync(package.Key, downloads, token).ConfigureAwait(false);

            // 2. Read the files that hold photographs, cut those out, scale and save.
            var byPath = package.ToLookup(photograph => photograph.Path);
            var paths = byPath.Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
            await DebianPackage.ReadAsync(archive, paths, Save, token).ConfigureAwait(false);
            Directory.Delete(downloads, recursive: true);

            // 3. Whatever the package did not hold is an error now, not a smaller set later.
            if (package.FirstOrDefault(photograph => !File.Exists(PathOf(photograph))) is { } lost)
            {
                throw new EdgeRestoreException(
                    $"Package '{package.Key}' holds no '{lost.Path}'. The list was made for Debian 12 (bookworm); "
                    + "fetch there, or use a folder of your own photographs.");
            }

            void Save(string path, byte[] content)
            {
                foreach (var photograph in byPath[path])
                {
                    token.ThrowIfCancellationRequested();
                    var encoded = PhotographCarving.Cut(content, photograph);
                    SavePrepared(encoded, photograph.LongSidePixels, PathOf(photograph));
                    progress?.Report(new(++done, total, photograph.Name));
                }
            }
        }

        progress?.Report(new(total, total, "ready"));
    }

    /// <summary>Prepares a folder of the user's own photographs, subfolders included.</summary>
    /// <returns>How many are ready now; files that are no photographs are reported as skipped with their
    /// reason.</returns>
    public int Import(
        string folder, PhotographSet set, IProgress<PhotographProgress>? progress = null,
        CancellationToken token = default)
    {
        if (!Directory.Exists(folder))
        {
            throw new EdgeRestoreException($"There is no folder '{folder}'. Give an existing folder of photographs.");
        }

        List<string> files;
        try
        {
            files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(ImageCodec.IsImageFile)
                .Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new EdgeRestoreException(
                $"Folder '{folder}' cannot be read whole: {exception.Message} Allow this user to read that folder, or give "
                + "another.",
                exception);
        }

        var done = 0;
        foreach (var file in files)
        {
            token.ThrowIfCancellationRequested();
            var name = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '@');
            var target = Path.Combine(FolderOf(set), name + ".png");
            try
            {
                if (!File.Exists(target))
                {
                    using var prepared = PhotographPreparation.Prepare(ImageCodec.ReadFile(file), null);
                    if (Math.Min(prepared.Width, prepared.Height) < SideMinPixels)
                    {
                        progress?.Report(new(
                            done, files.Count,
                            $"skipped {name}: too small to train on or to measure, {prepared.Width}x{prepared.Height} "
                            + $"pixels once prepared; needed are sides of at least {SideMinPixels}"));
                        continue;
                    }

                    ImageCodec.Save(prepared, target);
                }

                progress?.Report(new(++done, files.Count, name));
            }
            catch (ImageException exception)
            {
                progress?.Report(new(done, files.Count, $"skipped {name}: {exception.Message}"));
            }
        }

        return done;
    }

    private static void SavePrepared(ReadOnlySpan<byte> encoded, int? longSidePixels, string path)
    {
        using var prepared = PhotographPreparation.Prepare(encoded, longSidePixels);
        ImageCodec.Save(prepared, path);
    }

    private static void Recreate(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EdgeRestoreException(
                $"Cannot write below '{folder}': {exception.Message} Choose a folder that this user may write to.",
                exception);
        }
    }
}
