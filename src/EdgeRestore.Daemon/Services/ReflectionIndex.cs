using Google.Protobuf.Reflection;

namespace EdgeRestore.Daemon.Services;

/// <summary>
/// Which file defines a name: of files, messages, enums, their fields and values, services and methods.
/// </summary>
internal sealed class ReflectionIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = [];
    private readonly Dictionary<string, FileDescriptor> _symbols = [];

    public ReflectionIndex(IReadOnlyList<FileDescriptor> files)
    {
        Services = [.. files.SelectMany(file => file.Services)];
        foreach (var file in files)
        {
            AddFile(file);
        }
    }

    public IReadOnlyList<Google.Protobuf.Reflection.ServiceDescriptor> Services { get; }

    public FileDescriptor? FindFile(string name) => _files.GetValueOrDefault(name);

    public FileDescriptor? FindSymbol(string fullName) => _symbols.GetValueOrDefault(fullName);

    private void AddFile(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
        {
            return;
        }

        foreach (var import in file.Dependencies)
        {
            AddFile(import);
        }

        foreach (var message in file.MessageTypes)
        {
            AddMessage(message);
        }

        AddEnums(file.EnumTypes);
        foreach (var service in file.Services)
        {
            Add(service);
            foreach (var method in service.Methods)
            {
                Add(method);
            }
        }
    }

    private void AddMessage(MessageDescriptor message)
    {
        Add(message);
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            Add(field);
        }

        foreach (var oneof in message.Oneofs)
        {
            Add(oneof);
        }

        foreach (var nested in message.NestedTypes)
        {
            AddMessage(nested);
        }

        AddEnums(message.EnumTypes);
    }

    private void AddEnums(IEnumerable<EnumDescriptor> enums)
    {
        foreach (var type in enums)
        {
            Add(type);
            foreach (var value in type.Values)
            {
                Add(value);
            }
        }
    }

    private void Add(IDescriptor descriptor) => _symbols[descriptor.FullName] = descriptor.File;
}
