using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeRestore.Training.Loop;

/// <summary>What a run says of itself: lines for a person, or one JSON object a line for a program.</summary>
internal sealed class RunReport(TextWriter output, bool isJson = false)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static RunReport None { get; } = new(TextWriter.Null);

    /// <param name="kind">The object's <c>event</c>: started, data, steps, validation, calibration or finished.</param>
    /// <param name="values">The object's other members.</param>
    /// <param name="text">The same in words, without the last line end.</param>
    public void Write(string kind, object values, string text)
    {
        if (isJson)
        {
            var document = new JsonObject { ["event"] = kind };
            foreach (var (key, value) in JsonSerializer.SerializeToNode(values, Options)!.AsObject())
            {
                document[key] = value?.DeepClone();
            }

            output.WriteLine(document.ToJsonString(Options));
        }
        else
        {
            output.WriteLine(text);
        }

        output.Flush();
    }
}
