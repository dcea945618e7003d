using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeRestore.Networks;

/// <summary>Configurations as JSON, as they stand in the metadata of checkpoints.</summary>
public static class NetworkConfigJson
{
    public static string ToJson(this EdgeNetworkConfig config) =>
        JsonSerializer.Serialize(config, NetworkConfigContext.Default.EdgeNetworkConfig);

    public static string ToJson(this DpgNetConfig config) =>
        JsonSerializer.Serialize(config, NetworkConfigContext.Default.DpgNetConfig);

    /// <exception cref="EdgeRestoreException">It is not the JSON of such a configuration.</exception>
    public static EdgeNetworkConfig ParseEdgeNetwork(string json) =>
        Parse(json, text => JsonSerializer.Deserialize(text, NetworkConfigContext.Default.EdgeNetworkConfig));

    /// <exception cref="EdgeRestoreException">It is not the JSON of such a configuration.</exception>
    public static DpgNetConfig ParseDpgNet(string json) =>
        Parse(json, text => JsonSerializer.Deserialize(text, NetworkConfigContext.Default.DpgNetConfig));

    private static T Parse<T>(string json, Func<string, T?> parse)
        where T : class
    {
        try
        {
            return parse(json) ?? throw new JsonException("it is null.");
        }
        catch (JsonException error)
        {
            throw new EdgeRestoreException(
                $"'{json}' is not a network configuration: {error.Message} Take it from the checkpoint's metadata.",
                error);
        }
    }
}

// A member that a later version added must not be lost silently: the weights would not fit the network.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EdgeNetworkConfig))]
[JsonSerializable(typeof(DpgNetConfig))]
internal sealed partial class NetworkConfigContext : JsonSerializerContext;
