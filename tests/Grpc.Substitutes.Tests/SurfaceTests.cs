using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;

namespace Grpc.Substitutes.Tests;

/// <summary>Whatever the real assemblies reference must exist, called by the tests above or not.</summary>
public sealed class SurfaceTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Assembly[] Abstractions = [typeof(Status).Assembly, typeof(ICompressionProvider).Assembly];

    public static TheoryData<Type> RealAssemblies => [typeof(GrpcChannel), typeof(GrpcServiceOptions)];

    [Theory]
    [MemberData(nameof(RealAssemblies))]
    public void Assembly_IsThePackagesOwn_AndReferencesOurKeyAndVersion(Type type)
    {
        var references = type.Assembly.GetReferencedAssemblies()
            .ToDictionary(name => name.Name!, name => name.FullName);

        Assert.StartsWith(
            "2.85.0", type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
        Assert.All(Abstractions, ours => Assert.Equal(references[ours.GetName().Name!], ours.FullName));
    }

    [Theory]
    [MemberData(nameof(RealAssemblies))]
    public void EveryReferencedMember_Exists(Type type)
    {
        using var file = File.OpenRead(type.Assembly.Location);
        using var executable = new PEReader(file);
        var metadata = executable.GetMetadataReader();
        var checkedCount = 0;
        var missing = new List<string>();

        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            var parent = FindType(metadata, member.Parent);
            if (parent is null)
            {
                continue;
            }

            checkedCount++;
            var name = metadata.GetString(member.Name);
            var found = member.GetKind() == MemberReferenceKind.Field
                ? parent.GetField(name, Everything) is not null
                : parent.GetMembers(Everything).OfType<MethodBase>().Any(method =>
                    method.Name == name && method.GetParameters().Length == CountParameters(metadata, member));
            if (!found)
            {
                missing.Add($"{parent}.{name}");
            }
        }

        Assert.Empty(missing);
        Assert.True(checkedCount > 40, $"Only {checkedCount} references to the abstractions were found.");
    }

    private static int CountParameters(MetadataReader metadata, MemberReference member)
    {
        var signature = metadata.GetBlobReader(member.Signature);
        var header = signature.ReadSignatureHeader();
        if (header.IsGeneric)
        {
            signature.ReadCompressedInteger();
        }

        return signature.ReadCompressedInteger();
    }

    // A member's parent is a type, or an instance of a generic one whose blob starts with GENERICINST, CLASS or
    // VALUETYPE and the type's token (ECMA-335 II.23.2.14).
    private static Type? FindType(MetadataReader metadata, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeSpecification)
        {
            var blob = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
            if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            {
                return null;
            }

            blob.ReadCompressedInteger();
            parent = blob.ReadTypeHandle();
        }

        if (parent.Kind != HandleKind.TypeReference)
        {
            return null;
        }

        var fullName = "";
        var reference = metadata.GetTypeReference((TypeReferenceHandle)parent);
        while (reference.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            fullName = $"+{metadata.GetString(reference.Name)}{fullName}";
            reference = metadata.GetTypeReference((TypeReferenceHandle)reference.ResolutionScope);
        }

        if (reference.ResolutionScope.Kind != HandleKind.AssemblyReference)
        {
            return null;
        }

        var assemblyName = metadata.GetString(
            metadata.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope).Name);
        fullName = $"{metadata.GetString(reference.Namespace)}.{metadata.GetString(reference.Name)}{fullName}";
        return Array.Find(Abstractions, ours => ours.GetName().Name == assemblyName)
            ?.GetType(fullName, throwOnError: true);
    }
}
