using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using EdgeRestore.Daemon.Hosting;

namespace EdgeRestore.Daemon.Settings;

/// <summary>All sections, read once at the start and checked together.</summary>
internal sealed record DaemonSettings
{
    public required ListenOptions Listen { get; init; }

    public required EngineOptions Engine { get; init; }

    public ProviderOptions Providers { get; init; } = new();

    public required LimitOptions Limits { get; init; }

    public TelemetryOptions Telemetry { get; init; } = new();

    public PackageOptions Packages { get; init; } = new();

    public SecurityOptions Security { get; init; } = new();

    public PeerOptions Peers { get; init; } = new();

    public TapOptions Tap { get; init; } = new();

    /// <summary>Binds and checks every section.</summary>
    /// <exception cref="SettingsException">Its message lists all that is wrong.</exception>
    public static DaemonSettings Read(IConfiguration configuration)
    {
        var failures = new List<string>();
        var listen = Bind<ListenOptions>(configuration, "Listen", failures);
        var engine = Bind<EngineOptions>(configuration, "Engine", failures);
        var providers = Bind<ProviderOptions>(configuration, "Providers", failures);
        var limits = Bind<LimitOptions>(configuration, "Limits", failures);
        var telemetry = Bind<TelemetryOptions>(configuration, "Telemetry", failures);
        var packages = Bind<PackageOptions>(configuration, "Packages", failures);
        var security = Bind<SecurityOptions>(configuration, "Security", failures);
        var peers = Bind<PeerOptions>(configuration, "Peers", failures);
        var tap = Bind<TapOptions>(configuration, "Tap", failures);
        failures.AddRange(limits.FindContradictions());
        if (failures.Count == 0)
        {
            failures.AddRange(listen.FindContradictions());
            failures.AddRange(security.FindFaults(listen));
        }

        return failures.Count == 0
            ? new DaemonSettings
            {
                Listen = listen,
                Engine = engine,
                Providers = providers,
                Limits = limits,
                Telemetry = telemetry,
                Security = security,
                Peers = peers,
                Packages = packages,
                Tap = tap,
            }
            : throw new SettingsException(
                $"{failures.Count} setting{(failures.Count == 1 ? " is" : "s are")} not valid. "
                + $"{string.Join(' ', failures)} "
                + "'--help' lists every option.");
    }

    // Key by key, so that one bad value does not hide the next, as the framework's binder does.
    private static T Bind<T>(IConfiguration configuration, string name, List<string> failures)
        where T : class, new()
    {
        var options = new T();
        var section = configuration.GetSection(name);
        var properties = typeof(T).GetProperties().Where(property => property.CanWrite).ToArray();
        failures.AddRange(section.GetChildren()
            .Where(child => !properties.Any(property => HasName(property, child.Key)))
            .Select(child => $"{name}:{child.Key} is unknown; allowed are "
                + $"{string.Join(", ", properties.Select(property => property.Name))}. Remove it."));
        foreach (var property in properties)
        {
            var text = section[property.Name];
            if (text is not null && !TrySet(property, options, text))
            {
                failures.Add(
                    $"{name}:{property.Name} is '{text}'; allowed is "
                    + $"{(property.PropertyType == typeof(bool) ? "true or false" : "a whole number")}. Correct it.");
                continue;
            }

            var results = new List<ValidationResult>();
            var context = new ValidationContext(options) { MemberName = property.Name };
            Validator.TryValidateProperty(property.GetValue(options), context, results);
            failures.AddRange(results.Select(result => $"{name}:{property.Name} {result.ErrorMessage}. Correct it."));
        }

        return options;
    }

    private static bool HasName(PropertyInfo property, string key) =>
        string.Equals(property.Name, key, StringComparison.OrdinalIgnoreCase);

    private static bool TrySet(PropertyInfo property, object options, string text)
    {
        if (property.PropertyType == typeof(string))
        {
            property.SetValue(options, text);
            return true;
        }

        if (property.PropertyType == typeof(bool))
        {
            var isBool = bool.TryParse(text, out var flag);
            property.SetValue(options, flag);
            return isBool;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        property.SetValue(options, number);
        return true;
    }
}
