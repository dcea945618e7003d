using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeRestore.Degradations;

namespace EdgeRestore.Packages;

/// <summary>Writes degradations by their name.</summary>
internal sealed class DegradationJsonConverter : JsonConverter<Degradation>
{
    public override Degradation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var name = reader.TokenType == JsonTokenType.String ? reader.GetString()! : reader.TokenType.ToString();
        if (!DegradationNames.TryParse(name, out var degradation))
        {
            var allowed = string.Join(", ", DegradationNames.All.Select(value => value.ToName()));
            throw new JsonException($"degradation is '{name}', allowed are {allowed}.");
        }

        return degradation;
    }

    public override void Write(Utf8JsonWriter writer, Degradation value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToName());
}
