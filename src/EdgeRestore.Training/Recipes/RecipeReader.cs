using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EdgeRestore.Training.Recipes;

/// <summary>
/// Puts a YAML document into objects by the names of their properties; every key or value that does not fit is an error
/// with its line, and none ends the reading.
/// </summary>
internal sealed class RecipeReader
{
    // Deeper than any recipe; an anchor that refers to itself would never end.
    private const int MaxDepth = 16;

    private readonly Dictionary<string, long> _lines = new(StringComparer.Ordinal);

    public List<string> Errors { get; } = [];

    /// <summary>Fills an object from the one document of a text; an empty text changes nothing.</summary>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public void Read(string text, object target)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        if (stream.Documents.Count > 1)
        {
            Errors.Add(
                $"line {stream.Documents[1].RootNode.Start.Line}: a second document begins; allowed is one. Put each "
                + "experiment into a file of its own.");
        }

        if (stream.Documents.Count > 0)
        {
            Fill(target, stream.Documents[0].RootNode, "");
        }
    }

    /// <summary>
    /// "line 7: " for a value that the text has, such as <c>phases[1].patch</c>; else that of what holds it.
    /// </summary>
    public string At(string path)
    {
        while (path.Length > 0)
        {
            if (_lines.TryGetValue(path, out var line))
            {
                return $"line {line}: ";
            }

            path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];
        }

        return "";
    }

    private void Fill(object target, YamlNode node, string path)
    {
        if (node is not YamlMappingNode mapping)
        {
            var what = path.Length == 0 ? "the recipe" : $"'{path}'";
            Errors.Add(
                $"line {node.Start.Line}: {what} is {Kind(node)}; needed are keys with values: "
                + $"{string.Join(", ", KeysOf(target))}.");
            return;
        }

        foreach (var (keyNode, value) in mapping.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            var property = PropertiesOf(target).FirstOrDefault(
                candidate => string.Equals(NameOf(candidate), key, StringComparison.Ordinal));
            if (property is null)
            {
                var place = path.Length == 0 ? "" : $" in '{path}'";
                Errors.Add(
                    $"line {keyNode.Start.Line}: there is no key '{key}'{place}; allowed: "
                    + $"{string.Join(", ", KeysOf(target))}. Correct or remove it.");
                continue;
            }

            var name = path.Length == 0 ? key : $"{path}.{key}";
            _lines[name] = keyNode.Start.Line;
            if (Convert(value, property.PropertyType, property.GetValue(target), name) is { } converted)
            {
                property.SetValue(target, converted);
            }
            else if (IsNull(value) && IsOptional(property))
            {
                property.SetValue(target, null);
            }
        }
    }

    // None where an error was added, or where the document says null.
    private object? Convert(YamlNode node, Type type, object? present, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (IsNull(node))
        {
            return null;
        }

        if (type == typeof(JsonObject))
        {
            return node is YamlMappingNode ? ToJson(node, path, 0) : Refuse(node, path, "keys with values");
        }

        if (type == typeof(string))
        {
            return node is YamlScalarNode scalar ? scalar.Value : Refuse(node, path, "text");
        }

        if (type == typeof(double) || type == typeof(int) || type == typeof(long))
        {
            return ToNumber(node, type, path);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
        {
            return ToList(node, type, path);
        }

        if (type == typeof(Dictionary<string, double>))
        {
            return ToTable(node, path);
        }

        var section = present ?? Activator.CreateInstance(type)!;
        Fill(section, node, path);
        return section;
    }

    private object? ToNumber(YamlNode node, Type type, string path)
    {
        var text = (node as YamlScalarNode)?.Value;
        if (type == typeof(double)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number))
        {
            return number;
        }

        if (type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, null, out var whole))
        {
            return whole;
        }

        return type == typeof(long) && long.TryParse(text, NumberStyles.AllowLeadingSign, null, out var large)
            ? large
            : Refuse(node, path, type == typeof(double) ? "a number" : "a whole number");
    }

    private IList? ToList(YamlNode node, Type type, string path)
    {
        if (node is not YamlSequenceNode sequence)
        {
            Refuse(node, path, "a list");
            return null;
        }

        var list = (IList)Activator.CreateInstance(type)!;
        var element = type.GetGenericArguments()[0];
        for (var index = 0; index < sequence.Children.Count; index++)
        {
            var name = $"{path}[{index}]";
            _lines[name] = sequence.Children[index].Start.Line;
            if (Convert(sequence.Children[index], element, null, name) is { } value)
            {
                list.Add(value);
            }
            else if (IsNull(sequence.Children[index]))
            {
                Refuse(sequence.Children[index], name, "an element");
            }
        }

        return list;
    }

    private Dictionary<string, double>? ToTable(YamlNode node, string path)
    {
        if (node is not YamlMappingNode mapping)
        {
            Refuse(node, path, "names with numbers");
            return null;
        }

        var table = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (keyNode, value) in mapping.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            _lines[$"{path}.{key}"] = keyNode.Start.Line;
            if (ToNumber(value, typeof(double), $"{path}.{key}") is double number)
            {
                table[key] = number;
            }
        }

        return table;
    }

    private JsonNode? ToJson(YamlNode node, string path, int depth)
    {
        if (depth > MaxDepth)
        {
            return (JsonNode?)Refuse(node, path, $"at most {MaxDepth} levels");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var map = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    map[(key as YamlScalarNode)?.Value ?? ""] = ToJson(value, path, depth + 1);
                }

                return map;
            case YamlSequenceNode sequence:
                return new JsonArray([.. sequence.Children.Select(child => ToJson(child, path, depth + 1))]);
            default:
                var scalar = (YamlScalarNode)node;
                return IsNull(scalar) ? null : ToJson(scalar);
        }
    }

    private static JsonNode ToJson(YamlScalarNode scalar) => scalar switch
    {
        { Style: not ScalarStyle.Plain } => JsonValue.Create(scalar.Value!),
        { Value: "true" } => JsonValue.Create(true),
        { Value: "false" } => JsonValue.Create(false),
        _ when long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, null, out var whole) =>
            JsonValue.Create(whole),
        _ when double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) => JsonValue.Create(number),
        _ => JsonValue.Create(scalar.Value!),
    };

    private object? Refuse(YamlNode node, string path, string needed)
    {
        Errors.Add($"line {node.Start.Line}: '{path}' is {Kind(node)}; needed: {needed}.");
        return null;
    }

    private static string Kind(YamlNode node) => node switch
    {
        YamlMappingNode => "a mapping",
        YamlSequenceNode => "a list",
        _ when IsNull(node) => "empty",
        _ => $"'{(node as YamlScalarNode)?.Value}'",
    };

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "null" or "~" };

    private static IEnumerable<PropertyInfo> PropertiesOf(object target) =>
        target.GetType().GetProperties().Where(property => property.SetMethod?.IsPublic == true);

    private static IEnumerable<string> KeysOf(object target) => PropertiesOf(target).Select(NameOf);

    private static string NameOf(PropertyInfo property) =>
        char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    private static bool IsOptional(PropertyInfo property) =>
        new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
}
