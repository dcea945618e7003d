using EdgeRestore.Protocol.V1;
using Google.Protobuf.Reflection;

namespace EdgeRestore.Protocol.Tests;

/// <summary>What is on the wire stays: fields and values may be added, numbers and types never change.</summary>
public sealed class WireContractTests
{
    private const string File = "WireContract.txt";

    [Fact]
    public void Descriptor_IsAsCommitted()
    {
        var committed = System.IO.File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, File));

        var current =
            new[] { RestoreReflection.Descriptor, AdminReflection.Descriptor, TapReflection.Descriptor }.SelectMany(
            Describe)
            .ToArray();

        Assert.True(
            committed.SequenceEqual(current),
            $"The wire contract differs from {File}. Clients in the field speak the old one: only ever add. When all "
            + $"that changed are additions, put this there:\n{string.Join('\n', current)}");
    }

    private static IEnumerable<string> Describe(FileDescriptor file)
    {
        foreach (var method in file.Services.SelectMany(service => service.Methods))
        {
            yield return $"{method.FullName}({Direction(method.IsClientStreaming)}{method.InputType.Name}) -> "
                + $"{Direction(method.IsServerStreaming)}{method.OutputType.Name}";
        }

        foreach (var message in file.MessageTypes)
        {
            foreach (var field in message.Fields.InFieldNumberOrder())
            {
                var label = field.IsRepeated ? "repeated " : field.HasPresence ? "optional " : "";
                yield return $"{message.Name}.{field.Name} = {field.FieldNumber}: {label}{Type(field)}";
            }
        }

        foreach (var type in file.EnumTypes)
        {
            foreach (var value in type.Values)
            {
                yield return $"{value.Name} = {value.Number}";
            }
        }
    }

    private static string Direction(bool isStreaming) => isStreaming ? "stream " : "";

    private static string Type(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => field.MessageType.Name,
        FieldType.Enum => field.EnumType.Name,
        _ => field.FieldType.ToString().ToLowerInvariant(),
    };
}
