using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeRestore.Networks;

/// <summary>
/// Configurations as JSON, as they stand in the metadata of checkpoints; what is left out takes its default.
/// </summary>
public static class NetworkConfigJson
{
    // A member that a later version added must not be lost silently: the weights would not fit the network. By
    // reflection, since the source generator forgets the defaults of init-only members.
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static string ToJson(this EdgeNetworkConfig config) => JsonSerializer.Serialize(config, Options);

    public static string ToJson(this SymUNetConfig config) => JsonSerializer.Serialize(config, Options);

    public static string ToJson(this SeSymUNetConfig config) => JsonSerializer.Serialize(config, Options);

    public static string ToJson(this RestormerConfig config) => JsonSerializer.Serialize(config, Options);

    public static string ToJson(this CSNetConfig config) => JsonSerializer.Serialize(config, Options);

    public static string ToJson(this DpgResNetConfig config) => JsonSerializer.Serialize(config, Options);

    public static string ToJson(this DpgNetConfig config) => JsonSerializer.Serialize(config, Options);

    /// <summary>The configuration of a network; <see cref="ParseNetwork"/> gives the network back.</summary>
    public static string ToConfigJson(this RestorationNetwork network) => network switch
    {
        CSNet selecting => selecting.Config.ToJson(),
        EdgeNetwork edge => edge.Config.ToJson(),
        Restormer restormer => restormer.Config.ToJson(),
        SeSymUNet semantic => semantic.Config.ToJson(),
        SymUNet symmetric => symmetric.Config.ToJson(),
        _ => throw new ArgumentException($"The network '{network.Family}' has no configuration to keep."),
    };

    /// <exception cref="EdgeRestoreException">It is not the JSON of such a configuration.</exception>
    public static EdgeNetworkConfig ParseEdgeNetwork(string json) => Parse<EdgeNetworkConfig>(json);

    /// <exception cref="EdgeRestoreException">It is not the JSON of such a configuration.</exception>
    public static SymUNetConfig ParseSymUNet(string json) => Parse<SymUNetConfig>(json);

    /// <exception cref="EdgeRestoreException">It is not the JSON of such a configuration.</exception>
    public static SeSymUNetConfig ParseSeSymUNet(string json) => Parse<SeSymUNetConfig>(json);

    /// <exception cref="EdgeRestoreException">It is not the JSON of such a configuration.</exception>
    public static RestormerConfig ParseRestormer(string json) => Parse<RestormerConfig>(json);

    /// <exception cref="EdgeRestoreException">It is not the JSON of such a configuration.</exception>
    public static CSNetConfig ParseCSNet(string json) => Parse<CSNetConfig>(json);

    /// <exception cref="EdgeRestoreException">It is not the JSON of such a configuration.</exception>
    public static DpgResNetConfig ParseDpgResNet(string json) => Parse<DpgResNetConfig>(json);

    /// <exception cref="EdgeRestoreException">It is not the JSON of such a configuration.</exception>
    public static DpgNetConfig ParseDpgNet(string json) => Parse<DpgNetConfig>(json);

    /// <summary>The network of a family's configuration.</summary>
    /// <exception cref="EdgeRestoreException">
    /// There is no such family, or it is not the JSON of its configuration.
    /// </exception>
    public static RestorationNetwork ParseNetwork(string family, string json) => family switch
    {
        "csnet" => new CSNet(ParseCSNet(json)),
        "edge" => new EdgeNetwork(ParseEdgeNetwork(json)),
        "restormer" => new Restormer(ParseRestormer(json)),
        "se-symunet" => new SeSymUNet(ParseSeSymUNet(json)),
        "symunet" => new SymUNet(ParseSymUNet(json)),
        _ => throw new EdgeRestoreException(
            $"There is no network family '{family}'. Families: csnet, edge, restormer, se-symunet, symunet. A later "
            + "version may know it."),
    };

    private static T Parse<T>(string json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("it is null.");
        }
        catch (JsonException error)
        {
            throw new EdgeRestoreException(
                $"'{json}' is not a network configuration: {error.Message} Take it from the checkpoint's metadata.",
                error);
        }
    }
}
