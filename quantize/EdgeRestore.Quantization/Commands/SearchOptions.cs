using System.CommandLine;
using System.Globalization;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Planning;
using EdgeRestore.Quantization.Reporting;
using EdgeRestore.Quantization.Search;
using EdgeRestore.Quantization.Selection;

namespace EdgeRestore.Quantization.Commands;

/// <summary>
/// The options of the commands that search, and what they do once frames and a calibration are there.
/// </summary>
internal sealed class SearchOptions
{
    public Option<string> Out { get; } = new("--out")
    {
        Description = "Folder of the new package; its report lies beside it in OUT.report, unfinished work in OUT.work",
        HelpName = "folder",
        Required = true,
    };

    public Option<bool> Replace { get; } = new("--replace") { Description = "Replaces a package that is there" };

    public Option<string> For { get; } = CreateFor();

    public Option<double> MaxDrop { get; } = new Option<double>("--max-drop")
    {
        Description = "Most PSNR in dB that a degradation may lose on average; no frame may lose three times as much",
        HelpName = "dB",
        DefaultValueFactory = _ => new SearchSettings().MaxDrop,
    }.Between(0, 10, "dB");

    public Option<string> Method { get; } = CreateMethod();

    public Option<SpeedFrameSize> SpeedSize { get; } = CreateSpeedSize();

    public static Option<string> CreateFor()
    {
        var option = new Option<string>("--for")
        {
            Description = "The device: "
                + string.Join("; ", DeviceProfile.All.Select(known => $"{known.Name}, {known.Description}")),
            HelpName = "device",
            DefaultValueFactory = _ => "cpu",
        };
        option.OneOf([.. DeviceProfile.All.Select(known => known.Name)]);
        return option;
    }

    public void AddTo(Command command)
    {
        command.Add(Out);
        command.Add(Replace);
        command.Add(For);
        command.Add(MaxDrop);
        command.Add(Method);
        command.Add(SpeedSize);
    }

    /// <summary>Refuses an --out that nothing could be written to, before calibration and search.</summary>
    public void RequireOutput(ParseResult parsed, ModelPackage source) =>
        NewPackage.RequireWritable(parsed.GetRequiredValue(Out), source, parsed.GetValue(Replace));

    /// <summary>Folder in which unfinished work is kept.</summary>
    public string WorkFolder(ParseResult parsed) =>
        Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(Out)) + ".work";

    /// <summary>Searches, writes the package and the report, says the verdict.</summary>
    public async Task<int> RunAsync(
        ParseResult parsed, ModelPackage package, CalibrationFile calibration, IReadOnlyList<JudgedFrame> judged,
        int threads,
        CancellationToken token)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var @out = Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(Out));
        var drop = parsed.GetValue(MaxDrop);
        var settings = new SearchSettings
        {
            MaxDrop = drop,
            MaxWorstDrop = 3 * drop,
            Method = RangeMethods.Find(parsed.GetRequiredValue(Method))!.Value,
            Threads = threads,
            SpeedFrame = (parsed.GetValue(SpeedSize).Width, parsed.GetValue(SpeedSize).Height),
        };
        var device = DeviceProfile.Find(parsed.GetRequiredValue(For))!;
        var search = new PackageSearch(
            package, calibration, judged, settings, Path.Combine(WorkFolder(parsed), "search"));
        var forms = await Task.Run(() => search.Run(device, error.WriteLine, token), CancellationToken.None);
        var measuredOn = string.Create(CultureInfo.InvariantCulture,
            $"{Machine.Current.Describe()}, {(threads > 0 ? threads : Environment.ProcessorCount)} threads, "
            + $"{settings.SpeedFrame.Width}x{settings.SpeedFrame.Height}");
        var written = VariantPackage.Write(package, @out, forms, measuredOn, parsed.GetValue(Replace));
        var outcome = new PackageOutcome
        {
            Package = $"{package.Manifest.Name} {package.Manifest.Version}",
            PackageSha256 = package.Sha256,
            Device = $"{device.Name} ({device.Description})",
            MeasuredOn = measuredOn,
            CalibrationFrames = calibration.Frames.Length,
            Settings = settings,
            Routes = [.. forms.Select(form => form.Outcome)],
            SourceBytes = VariantPackage.LengthsOf(written, package).Source,
            FormBytes = VariantPackage.LengthsOf(written, package).Forms,
        };
        await Task.Run(
            () => ReportFolder.Write(@out + ".report", outcome, package, forms, judged, threads),
            CancellationToken.None);
        await output.WriteLineAsync(outcome.Verdict);
        await output.WriteLineAsync($"Package: {written.Directory}");
        await output.WriteLineAsync(
            $"Report:  {Path.GetFullPath(Path.Combine(@out + ".report", ReportFolder.PageName))}");
        return outcome.Routes.Any(route => route.IsTaken) ? ExitCode.Done : ExitCode.PartFailed;
    }

    private static Option<SpeedFrameSize> CreateSpeedSize()
    {
        var (width, height) = new SearchSettings().SpeedFrame;
        return new("--speed-size")
        {
            Description = "Size of the frames that speed is measured on; a large network is measured sooner on smaller "
                + "ones",
            HelpName = "WIDTHxHEIGHT",
            DefaultValueFactory = _ => new(width, height),
            CustomParser = result =>
            {
                var text = result.Tokens.Single().Value;
                var sides = text.Split('x');
                if (sides.Length == 2
                    && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out var w)
                    && int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out var h)
                    && w is >= 64 and <= 4096 && h is >= 64 and <= 4096)
                {
                    return new(w, h);
                }

                result.AddError(
                    $"--speed-size is '{text}'. Allowed: WIDTHxHEIGHT with sides from 64 to 4096, such as 640x360.");
                return default;
            },
        };
    }

    private static Option<string> CreateMethod()
    {
        var method = new Option<string>("--method")
        {
            Description = "How ranges follow from what calibration saw",
            DefaultValueFactory = _ => new SearchSettings().Method.ToName(),
        };
        method.OneOf([.. Enum.GetValues<RangeMethod>().Select(known => known.ToName())]);
        return method;
    }
}
