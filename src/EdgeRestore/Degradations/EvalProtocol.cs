using System.Security.Cryptography;
using EdgeRestore.Codecs;
using EdgeRestore.Frames;
using EdgeRestore.Photographs;

namespace EdgeRestore.Degradations;

/// <summary>
/// The fixed protocol <c>eval-v1</c>: held-out photographs, their crops, one row and one seed per image and
/// degradation.
/// </summary>
/// <remarks>
/// 8-bit RGB in and out. Crops are central, up to 384x384, sides floored to multiples of 16. Parameters come from
/// <see cref="DegradationRanges.Evaluation"/> by a seed made of the protocol's, the image's and the row's names. Every
/// clean crop and degraded input is checked against its committed SHA-256 before it is used, so figures under this name
/// stay comparable for good. Not thread-safe. <c>eval-v2</c> is the same with degradations by other formulas, out of a
/// generator that was written apart: whether what holds for one generator holds for another.
/// </remarks>
public sealed class EvalProtocol : IDisposable
{
    /// <summary>Name to put beside every figure.</summary>
    public const string Name = "eval-v1";

    /// <summary>Name of the protocol with the second generator.</summary>
    public const string SecondName = "eval-v2";

    /// <summary>What both protocols hold fixed, to print beside figures.</summary>
    public const string Convention =
        "RGB, 8 bit in and out (rounded, clamped), centre crops up to 384x384 with sides floored to multiples of 16, "
        + "PSNR per image over all channels capped at 60 dB and averaged, SSIM skimage7";

    /// <summary>Row name under which a crop's own hash stands.</summary>
    public const string CleanName = "clean";

    private const int MaxSidePixels = 384;
    private const int SideMultiple = 16;

    private static readonly Lazy<Dictionary<(string Image, string Row), string>> Hashes = new(() => LoadHashes(Name));
    private static readonly Lazy<Dictionary<(string Image, string Row), string>> SecondHashes =
        new(() => LoadHashes(SecondName));

    private readonly PhotographLibrary _library;
    private readonly DegradationSynthesizer? _first;
    private readonly SecondGenerator? _second;

    /// <param name="library">Where the held-out photographs lie.</param>
    /// <param name="isSecond">Takes the second generator: <c>eval-v2</c>.</param>
    public EvalProtocol(PhotographLibrary library, bool isSecond = false)
    {
        _library = library;
        _first = isSecond ? null : new DegradationSynthesizer();
        _second = isSecond ? new SecondGenerator() : null;
    }

    /// <summary>The protocol's name, <c>eval-v1</c> or <c>eval-v2</c>.</summary>
    public string ProtocolName => _second is null ? Name : SecondName;

    /// <summary>Number of cases for some number of rows.</summary>
    public static int CountCases(int rowCount) => PhotographCatalog.HeldOut.Length * rowCount;

    /// <summary>
    /// The committed hash of a clean crop or a degraded input of <c>eval-v1</c>; null where there is none.
    /// </summary>
    public static string? HashOf(Photograph photograph, string rowName) =>
        Hashes.Value.GetValueOrDefault((photograph.Name, rowName));

    /// <summary>The parameters of one image under one row.</summary>
    public static DegradationParameters ParametersOf(Photograph photograph, EvalRow row)
    {
        var prng = new Prng(SeedOf(photograph, row), 0);
        var parameters = DegradationSampler.Evaluation.Draw(row.Degradation, ref prng);
        return row.Sigma is { } sigma ? parameters with { Noise = new NoiseParameters(sigma) } : parameters;
    }

    /// <summary>The seed of one image under one row of <c>eval-v1</c>.</summary>
    public static ulong SeedOf(Photograph photograph, EvalRow row) => SeedOf(Name, photograph, row);

    /// <summary>The centre crop that the protocol takes of a prepared photograph; the caller disposes it.</summary>
    public static Frame Crop(Frame prepared)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        var width = Math.Min(prepared.Width, MaxSidePixels) / SideMultiple * SideMultiple;
        var height = Math.Min(prepared.Height, MaxSidePixels) / SideMultiple * SideMultiple;
        if (width == 0 || height == 0)
        {
            throw new EdgeRestoreException(
                $"A photograph of {prepared.Width}x{prepared.Height} is too small to judge on; each side needs "
                + $"{SideMultiple} pixels.");
        }

        var crop = Frame.Rent(width, height, PixelFormat.Rgb24);
        var (left, top) = ((prepared.Width - width) / 2, (prepared.Height - height) / 2);
        for (var y = 0; y < height; y++)
        {
            prepared.Pixels.Slice((((top + y) * prepared.Width) + left) * 3, width * 3)
                .CopyTo(crop.Pixels[(y * width * 3)..]);
        }

        return crop;
    }

    /// <summary>All cases, image by image; each checked against its hash.</summary>
    /// <param name="rows">Rows wanted, or null for all.</param>
    /// <param name="imageCount">Number of images from the head of the list; a short run is not <c>eval-v1</c>.</param>
    /// <exception cref="EdgeRestoreException">
    /// A photograph is missing, or an input is not the committed one.
    /// </exception>
    public IEnumerable<EvalCase> Enumerate(IReadOnlyList<EvalRow>? rows = null, int imageCount = int.MaxValue)
    {
        foreach (var photograph in PhotographCatalog.HeldOut.Take(imageCount))
        {
            using var clean = LoadClean(photograph);
            using var degraded = Frame.Rent(clean.Width, clean.Height, PixelFormat.Rgb24);
            foreach (var row in rows ?? EvalRow.All)
            {
                Degrade(photograph, row, clean, degraded);
                yield return new EvalCase(photograph, row, clean, degraded);
            }
        }
    }

    /// <summary>The clean crop of a photograph, checked; the caller disposes it.</summary>
    public Frame LoadClean(Photograph photograph)
    {
        var crop = LoadCrop(photograph);
        try
        {
            Require(
                photograph, CleanName, crop,
                "The prepared photograph differs: delete it and fetch it again; if it stays, apt serves another build "
                + $"of package '{photograph.Package}' or libvips decodes it differently.");
            return crop;
        }
        catch
        {
            crop.Dispose();
            throw;
        }
    }

    /// <summary>Makes one degraded input, checked.</summary>
    public void Degrade(Photograph photograph, EvalRow row, Frame clean, Frame degraded)
    {
        Make(photograph, row, clean, degraded);
        var cause = row.Degradation == Degradation.Compression
            ? "The crop is the committed one, so libjpeg-turbo or a degradation formula changed."
            : "The crop is the committed one, so a degradation formula, range or the generator changed.";
        Require(photograph, row.Name, degraded, $"{cause} Undo that, or give the protocol a new name with new hashes.");
    }

    /// <summary>
    /// Hashes as this machine computes them, in the committed file's form: for a new protocol, never to silence an
    /// error.
    /// </summary>
    public IEnumerable<string> ComputeHashes()
    {
        foreach (var photograph in PhotographCatalog.HeldOut)
        {
            using var clean = LoadCrop(photograph);
            using var degraded = Frame.Rent(clean.Width, clean.Height, PixelFormat.Rgb24);
            yield return $"{photograph.Name}\t{CleanName}\t{Hash(clean)}";
            foreach (var row in EvalRow.All)
            {
                Make(photograph, row, clean, degraded);
                yield return $"{photograph.Name}\t{row.Name}\t{Hash(degraded)}";
            }
        }
    }

    public void Dispose()
    {
        _first?.Dispose();
        _second?.Dispose();
    }

    private static ulong SeedOf(string protocol, Photograph photograph, EvalRow row) =>
        Prng.Combine(Prng.Combine(Prng.Combine(0, protocol), photograph.Name), row.Name);

    private void Make(Photograph photograph, EvalRow row, Frame clean, Frame degraded)
    {
        if (_second is { } generator)
        {
            generator.Apply(clean, row, SeedOf(SecondName, photograph, row), degraded);
        }
        else
        {
            _first!.Apply(clean, ParametersOf(photograph, row), SeedOf(photograph, row), degraded);
        }
    }

    private Frame LoadCrop(Photograph photograph)
    {
        var path = _library.PathOf(photograph);
        if (!File.Exists(path))
        {
            throw new EdgeRestoreException(
                $"The held-out photograph '{photograph.Name}' is not in '{_library.Root}'. "
                + "Fetch the photographs first.");
        }

        using var prepared = ImageCodec.Load(path);
        return Crop(prepared);
    }

    private void Require(Photograph photograph, string rowName, Frame frame, string cause)
    {
        var found = Hash(frame);
        var hashes = (_second is null ? Hashes : SecondHashes).Value;
        var committed = hashes.GetValueOrDefault((photograph.Name, rowName));
        if (found != committed)
        {
            throw new EdgeRestoreException(
                $"{ProtocolName} input '{rowName}' of '{photograph.Name}' ({frame.Width}x{frame.Height}) has SHA-256 "
                + $"{found}; committed is {committed ?? "none"}. {cause}");
        }
    }

    private static string Hash(Frame frame) => Convert.ToHexStringLower(SHA256.HashData(frame.Pixels));

    private static Dictionary<(string, string), string> LoadHashes(string protocol)
    {
        using var stream = typeof(EvalProtocol).Assembly.GetManifestResourceStream($"{protocol}.tsv")!;
        using var reader = new StreamReader(stream);
        var hashes = new Dictionary<(string, string), string>();
        while (reader.ReadLine() is { } line)
        {
            // image, row, SHA-256 of the RGB bytes
            var cells = line.Split('\t');
            hashes.Add((cells[0], cells[1]), cells[2]);
        }

        return hashes;
    }
}
